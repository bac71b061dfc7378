using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Jupyter.Wire;
using Moq;

namespace CasaWrapperKernel.Tests.Jupyter.Execution;

/// <summary>The language side, the outside and the observer of a cell, with everything that they are told in its order.</summary>
internal sealed class Recorder
{
    private readonly ConcurrentQueue<string> _events = new();

    public Recorder()
    {
        Replies.Setup(r => r.Publish(It.IsAny<string>(), It.IsAny<byte[]>(), It.IsAny<byte[]>()))
            .Callback((string type, byte[] _, byte[] content) =>
                _events.Enqueue(type == "status" ? Field(content, "execution_state") : type));
        Replies.Setup(r => r.Reply(It.IsAny<Message>(), It.IsAny<byte[]>(), It.IsAny<byte[]?>()))
            .Callback((Message request, byte[] content, byte[]? _) =>
                _events.Enqueue($"{Protocol.ReplyTo(request.Type) ?? "no reply"} {Field(content, "status")}"));
        Observer.Setup(o => o.CellStarts(It.IsAny<byte[]>())).Callback(() => _events.Enqueue("starts"));
        Observer.Setup(o => o.CellEnds(It.IsAny<byte[]>())).Callback(() => _events.Enqueue("ends"));
        Interpreter.Setup(i => i.Execute(It.IsAny<Message>())).Callback(() => _events.Enqueue("runs"))
            .Returns((Message cell) => Task.FromResult(Outcome(cell)));
        Interpreter.Setup(i => i.Interrupt()).Callback(() => _events.Enqueue("interrupt"));
        Dispatcher = new Dispatcher(Interpreter.Object, Replies.Object, Info, Observer.Object);
    }

    public Mock<IInterpreter> Interpreter { get; } = new(MockBehavior.Strict);

    public Mock<IReplies> Replies { get; } = new(MockBehavior.Strict);

    public Mock<ICellObserver> Observer { get; } = new(MockBehavior.Strict);

    public Dispatcher Dispatcher { get; }

    public IReadOnlyList<string> Events => [.. _events];

    /// <returns>Whether a cell that waits is to run.</returns>
    public async Task<bool> Handle(Message request) => await Dispatcher.Handle(request, () => 1) == 0;

    public void Add(string what) => _events.Enqueue(what);

    public static KernelInfoReply Info() => new()
    {
        ImplementationVersion = "0.1.0",
        LanguageInfo = new LanguageInfo("3.11"),
        Banner = "",
        Debugger = false,
        SupportedFeatures = [],
    };

    /// <summary>A cell fails if its code says so.</summary>
    public static ExecuteOutcome Outcome(Message cell)
    {
        var fails = Encoding.UTF8.GetString(cell.Content).Contains("fail");
        return new ExecuteOutcome(Encoding.UTF8.GetBytes(fails ? """{"status":"error"}""" : """{"status":"ok"}"""), !fails, 7);
    }

    private static string Field(byte[] json, string name)
    {
        using var content = JsonDocument.Parse(json);
        return content.RootElement.TryGetProperty(name, out var value) ? value.GetString()! : "";
    }
}
