using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.PythonHost.Native;

namespace CasaWrapperKernel.PythonHost.Lanes;

/// <summary>
/// What cells ask their users (<c>input</c>, <c>getpass</c>). Threads and subshells may ask at the same time: each has
/// a queue of its own for its answer, and a front end's answer is for what it was asked first.
/// </summary>
internal sealed class Questions(Jobs jobs, Outbox outbox)
{
    private readonly Lock _gate = new();
    private readonly List<Open> _open = [];

    /// <returns>
    /// The number of the question, which is a descriptor that is readable when it was answered; 0 if the front end
    /// takes no questions.
    /// </returns>
    public int Ask(long id, string prompt, bool password)
    {
        var parent = jobs.ParentOf(id);
        if (!parent.AllowsInput)
        {
            return 0;
        }

        var question = new Open(parent.Client);
        lock (_gate)
        {
            _open.Add(question);
        }

        var content = Json.Write(new InputRequest(prompt, password), WireJson.Default.InputRequest);
        outbox.Post(Channel.Stdin,
            new Outgoing("input_request", parent.Header, content) { Identities = parent.Client });
        return question.Answer.Descriptor;
    }

    /// <summary>[kernel-io] An answer that nobody waits for is forgotten.</summary>
    public void Answer(Input input)
    {
        lock (_gate)
        {
            _open.Find(question => !question.IsAnswered && IsSame(question.Client, input.Client))?.Take(input.Value);
        }
    }

    /// <summary>[python] The answer, or null if there is none yet.</summary>
    public string? Take(int question)
    {
        lock (_gate)
        {
            return _open.Find(open => open.Answer.Descriptor == question)?.Answer.Take();
        }
    }

    /// <summary>[python] Nobody waits for the answer any more: it was taken, or the wait interrupted.</summary>
    public void End(int question)
    {
        lock (_gate)
        {
            if (_open.Find(open => open.Answer.Descriptor == question) is { } ended)
            {
                _open.Remove(ended);
                Libc.close(ended.Answer.Descriptor);
            }
        }
    }

    private static bool IsSame(IReadOnlyList<byte[]> one, IReadOnlyList<byte[]> other) =>
        one.Count == other.Count && one.Zip(other).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));

    private sealed class Open(IReadOnlyList<byte[]> client)
    {
        public IReadOnlyList<byte[]> Client => client;

        public EventQueue<string> Answer { get; } = new();

        public bool IsAnswered { get; private set; }

        public void Take(string value)
        {
            IsAnswered = true;
            Answer.Add(value);
        }
    }
}
