using BenchmarkDotNet.Attributes;
using CasaWrapperKernel.Logs;

namespace CasaWrapperKernel.Benchmarks;

/// <summary>What CASA's log costs: reading 10,000 lines of it, and one update of the block under the cell.</summary>
[MemoryDiagnoser]
public class LogBenchmarks
{
    private readonly string[] _lines =
    [
        .. Enumerable.Range(0, 10_000).Select(i =>
            $"2026-11-24 13:43:33\t{(i % 50 == 0 ? "WARN" : "INFO")}\ttclean::SIImageStore\tPeak residual {i / 1e4} in cycle {i}"),
    ];

    private readonly LogBlock _block = new("casa.log");

    [GlobalSetup]
    public void Setup() => Array.ForEach(_lines, line => _block.Add(LogLine.Parse(line)));

    [Benchmark]
    public object Read10000Lines()
    {
        var block = new LogBlock("casa.log");
        foreach (var line in _lines)
        {
            block.Add(LogLine.Parse(line));
        }

        return block;
    }

    [Benchmark]
    public string ShowBlock() => _block.ToHtml();
}
