using BenchmarkDotNet.Attributes;
using CasaWrapperKernel.Logs.Following;
using CasaWrapperKernel.Logs.Model;

namespace CasaWrapperKernel.Benchmarks;

/// <summary>What CASA's log costs: reading 10,000 lines of it, and showing them under the cell.</summary>
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
    public void Setup() => Array.ForEach(_lines, line => _block.Add(LogLine.Parse(line), null));

    [Benchmark]
    public object Read10000Lines()
    {
        var block = new LogBlock("casa.log");
        foreach (var line in _lines)
        {
            block.Add(LogLine.Parse(line), null);
        }

        return block;
    }

    /// <summary>While lines come in.</summary>
    [Benchmark]
    public string UpdateBlock() => _block.ToHtml("id", newest: 60);

    [Benchmark]
    public string ShowWholeBlock() => _block.ToHtml("id");
}
