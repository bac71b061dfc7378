using System.Text;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Tests.Support;

namespace CasaWrapperKernel.Tests.Jupyter.Channels;

public sealed class OutboxTests
{
    private static readonly byte[] Cell = """{"msg_id":"1"}"""u8.ToArray();
    private static readonly byte[] Megabyte = [.. Enumerable.Repeat((byte)'x', 1 << 20)];
    private static readonly byte[] OtherCell = """{"msg_id":"2"}"""u8.ToArray();
    private readonly Outbox _outbox = new();

    [Fact]
    public void Text_goes_out_before_the_message_that_follows_it()
    {
        _outbox.Write(Cell, "stdout", "a"u8);
        _outbox.Write(Cell, "stdout", "b"u8);
        Post("display_data");
        _outbox.Write(Cell, "stdout", "c\n"u8);
        Post("execute_reply");
        Assert.Equal(["stdout:ab", "display_data", "stdout:c\n", "execute_reply"], _outbox.TakeAll().Brief());
        Assert.Empty(_outbox.TakeAll());
    }

    [Fact]
    public void Stdout_and_stderr_keep_their_order()
    {
        _outbox.Write(Cell, "stdout", "1\n"u8);
        _outbox.Write(Cell, "stderr", "2\n"u8);
        _outbox.Write(Cell, "stderr", "3\n"u8);
        _outbox.Write(Cell, "stdout", "4\n"u8);
        Assert.Equal(["stdout:1\n", "stderr:2\n3\n", "stdout:4\n"], _outbox.TakeAll().Brief());
    }

    [Fact]
    public void Text_of_two_cells_is_not_mixed()
    {
        _outbox.Write(Cell, "stdout", "1\n"u8);
        _outbox.Write(OtherCell, "stdout", "2\n"u8);
        var sent = _outbox.TakeAll();
        Assert.Equal(["stdout:1\n", "stdout:2\n"], sent.Brief());
        Assert.Equal([Cell, OtherCell], sent.Select(s => s.Message.Parent));
        Assert.All(sent, s => Assert.Equal(Channel.Iopub, s.Channel));
        Assert.All(sent, s => Assert.Equal(["stream"u8.ToArray()], s.Message.Identities));
    }

    [Fact]
    public void What_C_code_has_written_is_brought_in_before_a_message()
    {
        var outbox = new Outbox(source: new Written(() => "from C\n"));
        outbox.Post(Channel.Shell, new Outgoing("execute_reply", Cell, Outgoing.EmptyObject));
        Assert.Equal(["stdout:from C\n", "execute_reply"], outbox.TakeAll().Brief());
    }

    [Fact]
    public void What_C_code_has_written_is_brought_in_before_a_line_of_text()
    {
        var drained = 0;
        var outbox = new Outbox(source: new Written(() => $"C{++drained}\n"));
        outbox.Write(Cell, "stdout", "a"u8);
        outbox.Write(Cell, "stdout", "b\n"u8);
        outbox.Write(Cell, "stdout", "c\n"u8);
        Assert.Equal(["stdout:C1\nab\nC2\nc\n"], outbox.TakeAll().Brief());
    }

    [Fact]
    public void A_line_that_is_being_written_waits_for_its_end_if_there_are_whole_ones()
    {
        _outbox.Write(Cell, "stdout", "whole\nbeg"u8);
        Assert.Equal(["stdout:whole\n"], _outbox.Take(out var begun).Brief());
        Assert.True(begun);
        _outbox.Write(Cell, "stdout", "un\n"u8);
        Assert.Equal(["stdout:begun\n"], _outbox.Take(out begun).Brief());
        Assert.False(begun);
    }

    [Fact]
    public void A_line_without_end_is_shown_all_the_same()
    {
        _outbox.Write(Cell, "stdout", "whole\n50 %\r"u8);
        Assert.Equal(["stdout:whole\n"], _outbox.Take(out _).Brief());
        Assert.Equal(["stdout:50 %\r"], _outbox.Take(out var begun).Brief());
        Assert.False(begun);
    }

    [Fact]
    public void A_message_is_urgent_and_text_is_not()
    {
        var signal = new Signal();
        var outbox = new Outbox(signal);
        outbox.Write(Cell, "stdout", "a"u8);
        outbox.Post(Channel.Iopub, new Outgoing("status", Cell, Outgoing.EmptyObject));
        Assert.Equal([false, true], signal.Raised);
    }

    [Fact]
    public void Whoever_prints_much_is_made_to_wait_until_it_is_taken()
    {
        for (var i = 0; i < 9 && !_outbox.IsFull; i++)
        {
            _outbox.Write(Cell, "stdout", Megabyte);
        }

        Assert.True(_outbox.IsFull);
        _outbox.TakeAll();
        Assert.False(_outbox.IsFull);
    }

    [Fact]
    public void Whoever_prints_much_in_turns_on_both_streams_is_made_to_wait_too()
    {
        for (var i = 0; i < 20 && !_outbox.IsFull; i++)
        {
            _outbox.Write(Cell, i % 2 == 0 ? "stdout" : "stderr", Megabyte);
        }

        Assert.True(_outbox.IsFull);
    }

    [Fact]
    public void Nothing_is_lost_or_torn_with_many_threads()
    {
        Parallel.For(0, 8, thread =>
        {
            for (var i = 0; i < 500; i++)
            {
                _outbox.Write(Cell, "stdout", "line\n"u8);
                Post("display_data");
            }
        });
        var sent = _outbox.TakeAll().Brief().ToList();
        Assert.Equal(4000, sent.Count(text => text == "display_data"));
        Assert.Equal(4000, sent.Where(text => text.StartsWith("stdout:")).Sum(text => text.Split("line\n").Length - 1));
        Assert.Equal("display_data", sent[^1]);
    }

    [Fact]
    public void What_C_code_has_written_is_brought_in_when_nobody_adds_anything()
    {
        var signal = new Signal();
        var text = "";
        var outbox = new Outbox(signal, new Written(() => text));
        outbox.BringIn();
        Assert.Empty(signal.Raised);
        text = "from C\n";
        outbox.BringIn();
        Assert.Equal(["stdout:from C\n"], outbox.TakeAll().Brief());
        Assert.Equal([false], signal.Raised);
    }

    private void Post(string type) => _outbox.Post(Channel.Iopub, new Outgoing(type, Cell, Outgoing.EmptyObject));

    private sealed class Written(Func<string> text) : IOutputSource
    {
        public void Read(StreamAppender append)
        {
            if (text() is { Length: > 0 } written)
            {
                append(Cell, "stdout", Encoding.UTF8.GetBytes(written));
            }
        }
    }

    private sealed class Signal : ISendSignal
    {
        public List<bool> Raised { get; } = [];

        public void Raise(bool urgent) => Raised.Add(urgent);
    }
}
