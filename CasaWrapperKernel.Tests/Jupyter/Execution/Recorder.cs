using System.Text;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace CasaWrapperKernel.Tests.Jupyter.Execution;

/// <summary>
/// The language side, the outside and the observer of a cell, with everything that they are told in its order.
/// </summary>
internal sealed class Recorder
{
    private readonly Lock _gate = new();
    private readonly List<string> _events = [];
    private readonly List<Outgoing> _sent = [];

    public Recorder()
    {
        Observer.Setup(o => o.CellStarts(It.IsAny<Cell>(), It.IsAny<int>())).Callback(() => Add("starts"));
        Observer.Setup(o => o.CellEnds(It.IsAny<Cell>())).Callback(() => Add("ends"));
        Interpreter.Setup(i => i.ExecuteAsync(It.IsAny<Cell>())).Callback(() => Add("runs"))
            .Returns((Cell cell) => Task.FromResult(Outcome(cell)));
        Interpreter.Setup(i => i.AnswerAsync(It.IsAny<Question>())).ReturnsAsync("""{"status":"ok"}"""u8.ToArray());
        Interpreter.Setup(i => i.HandleAsync(It.IsAny<CommMessage>())).Returns(Task.CompletedTask);
        Interpreter.Setup(i => i.Interrupt()).Callback(() => Add("interrupt"));
        Dispatcher = new Dispatcher(Interpreter.Object, Outbox, Info, Observer.Object, NullLogger.Instance);
    }

    public Mock<IInterpreter> Interpreter { get; } = new(MockBehavior.Strict);

    public Mock<ICellObserver> Observer { get; } = new(MockBehavior.Strict);

    public Outbox Outbox { get; } = new();

    public Dispatcher Dispatcher { get; }

    /// <summary>What was said and done until now, in order.</summary>
    public IReadOnlyList<string> Events
    {
        get
        {
            lock (_gate)
            {
                TakeSent();
                return [.. _events];
            }
        }
    }

    /// <summary>The messages that were sent until now.</summary>
    public IReadOnlyList<Outgoing> Sent => Events is var _ ? [.. _sent] : [];

    /// <returns>Whether a cell that waits is to run.</returns>
    public async Task<bool> Handle(Message request) => await Dispatcher.HandleAsync(request, () => 1) == 0;

    public void Add(string what)
    {
        lock (_gate)
        {
            TakeSent();
            _events.Add(what);
        }
    }

    public static KernelInfoReply Info() => new()
    {
        Implementation = "recorder",
        ImplementationVersion = "0.1.0",
        LanguageInfo = new LanguageInfo
        {
            Name = "python",
            Version = "3.11",
            Mimetype = "text/x-python",
            CodemirrorMode = new CodeMirrorMode("ipython", 3),
            PygmentsLexer = "ipython3",
            NbconvertExporter = "python",
            FileExtension = ".py",
        },
        Banner = "",
        Debugger = false,
        SupportedFeatures = [],
    };

    /// <summary>A cell fails if its code says so.</summary>
    public static ExecuteOutcome Outcome(Cell cell)
    {
        var fails = cell.Content.Code.Contains("fail");
        var reply = fails ? """{"status":"error"}""" : """{"status":"ok"}""";
        return new ExecuteOutcome(Encoding.UTF8.GetBytes(reply), !fails, 7);
    }

    private void TakeSent()
    {
        var sent = Outbox.TakeAll();
        _sent.AddRange(sent.Select(one => one.Message));
        _events.AddRange(sent.Transcript());
    }
}
