using BenchmarkDotNet.Attributes;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Benchmarks;

/// <summary>
/// What a print costs on the side of the kernel: two writes, text and line end, gathered into one message.
/// </summary>
[MemoryDiagnoser]
public class OutboxBenchmarks
{
    private readonly Outbox _outbox = new();

    [Benchmark]
    public int Print1000Lines()
    {
        for (var i = 0; i < 1000; i++)
        {
            _outbox.Write(Outgoing.EmptyObject, "stdout", "line 12345"u8);
            _outbox.Write(Outgoing.EmptyObject, "stdout", "\n"u8);
        }

        return _outbox.Take(out _).Count;
    }
}
