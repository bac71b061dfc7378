using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using CasaWrapperKernel.Benchmarks;

// In this process, since the projects that BenchmarkDotNet would generate do not find the solution's own settings.
var job = Job.ShortRun.WithToolchain(InProcessEmitToolchain.Instance);
BenchmarkSwitcher.FromAssembly(typeof(WireBenchmarks).Assembly).Run(args, DefaultConfig.Instance.AddJob(job));
