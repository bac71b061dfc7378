using System.IO.Pipes;
using System.Text;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.PythonHost.Native;
using CasaWrapperKernel.PythonHost.Output;
using CasaWrapperKernel.Tests.Support;
using Microsoft.Win32.SafeHandles;

namespace CasaWrapperKernel.Tests.PythonHost.Output;

/// <summary>Real descriptors, though not those of the test's own output.</summary>
public sealed class CaptureTests : IDisposable
{
    private static readonly byte[] Cell = """{"msg_id":"1"}"""u8.ToArray();
    private readonly TempFolder _folder = new();
    private readonly int _stdout;
    private readonly int _stderr;
    private readonly RunningCell _running = new() { Header = Cell };
    private readonly Filter _filter = new();
    private readonly Capture _capture;
    private readonly Outbox _outbox;

    public CaptureTests()
    {
        (_stdout, _stderr) = (Open("stdout"), Open("stderr"));
        _capture = new Capture(_running, _filter, _stdout, _stderr);
        _outbox = new Outbox(source: _capture);
    }

    public void Dispose()
    {
        Libc.close(_stdout);
        Libc.close(_stderr);
        _folder.Dispose();
    }

    [Fact]
    public void What_is_written_to_the_descriptors_comes_under_the_running_cell()
    {
        Write(_stdout, "out\n"u8);
        Write(_stderr, "err\n"u8);
        _outbox.BringIn();
        var sent = _outbox.TakeAll();
        Assert.Equal(["stdout:out\n", "stderr:err\n"], sent.Transcript());
        Assert.All(sent, one => Assert.Equal(Cell, one.Message.Parent));
    }

    [Fact]
    public void A_character_in_two_parts_is_shown_whole()
    {
        Write(_stdout, [(byte)'x', 0xC3]);
        _outbox.BringIn();
        Write(_stdout, [0xBC, (byte)'\n']);
        _outbox.BringIn();
        Assert.Equal("xü\n", string.Concat(_outbox.TakeAll().Select(sent => sent.Message.Text("text"))));
    }

    [Fact]
    public void Half_a_character_stays_with_its_cell()
    {
        Write(_stdout, [(byte)'x', 0xC3]);
        _outbox.BringIn();
        _running.Header = [.. Cell];
        Write(_stdout, "y\n"u8);
        _outbox.BringIn();
        var sent = _outbox.TakeAll();
        Assert.Equal(["stdout:x\ufffd", "stdout:y\n"], sent.Transcript());
        Assert.Same(Cell, sent[0].Message.Parent);
    }

    [Fact]
    public void What_the_filter_holds_is_asked_for_again()
    {
        _filter.Holds = "held\n";
        Write(_stderr, "held\n"u8);
        _outbox.BringIn();
        Assert.Empty(_outbox.TakeAll());
        _capture.Wait(); // returns after a moment, though nothing comes
        _filter.Holds = null;
        _filter.IsHolding = true;
        _outbox.BringIn();
        Assert.Equal(["stderr:later\n"], _outbox.TakeAll().Transcript());
    }

    [Fact]
    public void Before_the_first_cell_all_goes_where_it_went_before()
    {
        _running.Header = null;
        Write(_stdout, "out\n"u8);
        Write(_stderr, "err\n"u8);
        _outbox.BringIn();
        Assert.Empty(_outbox.TakeAll());
        Assert.Equal("out\nerr\n", File.ReadAllText(_folder.File("stderr")));
    }

    [Fact]
    public void Restored_they_lead_where_they_led_before()
    {
        _capture.Restore();
        Write(_stdout, "out\n"u8);
        Assert.Equal("out\n", File.ReadAllText(_folder.File("stdout")));
    }

    [Fact]
    public void The_pump_brings_in_what_is_written_while_nobody_posts()
    {
        new Thread(new CapturePump(_capture, _outbox).Run) { IsBackground = true }.Start();
        Write(_stdout, "out\n"u8);
        var sent = new List<string>();
        Assert.True(SpinWait.SpinUntil(() => Add(sent), 10_000));
        Assert.Equal(["stdout:out\n"], sent);
    }

    [Fact]
    public void A_reader_that_has_stopped_stops_nobody()
    {
        using var reader = new AnonymousPipeServerStream(PipeDirection.In);
        var output = new SavedOutput((int)reader.ClientSafePipeHandle.DangerousGetHandle());
        var text = new byte[200_000]; // more than a pipe holds
        output.Write(text);
        Assert.True(output.IsBehind);
        var read = 0;
        for (var buffer = new byte[1 << 16]; read < text.Length; output.Continue())
        {
            read += reader.Read(buffer);
        }

        Assert.Equal(text.Length, read);
        Assert.False(output.IsBehind);
    }

    [Fact]
    public void A_descriptor_that_is_none_is_a_fault_that_says_so() =>
        Assert.Contains(
            "cannot be redirected", Assert.Throws<IOException>(() => new CapturedDescriptor(-1, "x")).Message);

    private bool Add(List<string> sent)
    {
        sent.AddRange(_outbox.TakeAll().Transcript());
        return sent.Count > 0;
    }

    private int Open(string name)
    {
        using var file = File.OpenHandle(_folder.File(name), FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        return Libc.dup((int)file.DangerousGetHandle());
    }

    private static void Write(int descriptor, ReadOnlySpan<byte> text)
    {
        using var stream = new FileStream(
            new SafeFileHandle(descriptor, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        stream.Write(text);
    }

    private sealed class Filter : IStderrFilter
    {
        public string? Holds { get; set; }

        public bool IsHolding { get; set; }

        public ReadOnlySpan<byte> Pass(ReadOnlySpan<byte> text)
        {
            if (Holds is { } held)
            {
                Assert.Equal(held, Encoding.UTF8.GetString(text));
                IsHolding = true;
                return [];
            }

            var wasHolding = IsHolding;
            IsHolding = false;
            return wasHolding ? "later\n"u8 : text;
        }
    }
}
