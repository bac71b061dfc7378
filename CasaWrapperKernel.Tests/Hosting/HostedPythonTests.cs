using CasaWrapperKernel.Hosting;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.PythonHost;
using CasaWrapperKernel.PythonHost.Finding;
using CasaWrapperKernel.PythonHost.Lanes;
using CasaWrapperKernel.PythonHost.Output;
using CasaWrapperKernel.Tests.Support;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace CasaWrapperKernel.Tests.Hosting;

public sealed class HostedPythonTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Mock<IPythonBridge> _bridge = new();
    private readonly Jobs _jobs = new();
    private readonly Outbox _outbox = new();
    private readonly KernelDescription _description = new("python");
    private readonly Mock<IInterpreter> _python = new();
    private readonly FakeTimeProvider _time = new();
    private readonly Ending _ending;
    private readonly Subshells _shells;
    private bool _endedAtLast;

    public HostedPythonTests()
    {
        _ending = new Ending(_python.Object, () => _endedAtLast = true, _time);
        _shells = new Subshells(_python.Object, _ => new ShellQueue(new Dispatcher(
            _python.Object, _outbox, _description.Reply, Mock.Of<ICellObserver>(), NullLogger.Instance)));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Without_a_Python_every_cell_says_why_until_the_kernel_is_shut_down()
    {
        var hosted = Hosted(_folder.File("nothing"));
        hosted.Load();
        Assert.Contains("There is no Python", (await _jobs.RunAsync(Jobs.MainLane, Requests.Cell())).Failure);
        Assert.Contains("Python 3 with CASA", _description.Reply().Banner);
        var status = Task.Run(() => hosted.Run(Services()));
        _ending.Begin(restart: false);
        Assert.Equal(1, await status);
        _python.Verify(p => p.Stop(false));
    }

    [Fact]
    public void It_is_described_as_soon_as_its_library_is_loaded()
    {
        _bridge.Setup(b => b.Version).Returns("3.11.7");
        Hosted(Python(debugger: true)).Load();
        Assert.Equal("3.11.7", _description.Reply().LanguageInfo.Version);
        Assert.Contains("debugger", _description.Reply().SupportedFeatures);
    }

    [Fact]
    public async Task A_library_that_cannot_be_loaded_is_a_reason_too()
    {
        _bridge.Setup(b => b.Load(It.IsAny<PythonLocation>())).Throws(new DllNotFoundException("libpython: too old"));
        Hosted(Python()).Load();
        Assert.Equal("libpython: too old", (await _jobs.RunAsync(Jobs.MainLane, Requests.Cell())).Failure);
    }

    [Fact]
    public async Task When_a_cell_has_run_exit_what_waits_is_answered_and_the_kernel_ends()
    {
        _shells.Start();
        Assert.Equal(0, await Run(status: 0));
        Assert.Contains("ran exit", (await _jobs.RunAsync(Jobs.MainLane, Requests.Cell())).Failure);
    }

    [Fact]
    public async Task When_Python_has_failed_the_kernel_says_so_until_it_is_shut_down()
    {
        var status = Run(status: 3);
        var failed = await Failure();
        Assert.Contains("exit status 3", failed);
        Assert.False(status.IsCompleted);
        _ending.Begin(restart: true);
        Assert.Equal(1, await status);
    }

    [Fact]
    public async Task When_the_kernel_was_shut_down_the_status_is_Pythons()
    {
        _ending.Begin(restart: false);
        Assert.Equal(7, await Run(status: 7));
        _ending.Dispose(); // in time
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.False(_endedAtLast);
    }

    [Fact]
    public void An_end_that_takes_too_long_is_made_short()
    {
        _ending.Begin(restart: false);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.False(_endedAtLast);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(_endedAtLast);
    }

    private Task<int> Run(int status)
    {
        _bridge.Setup(b => b.Run(It.IsAny<PythonLocation>(), It.IsAny<HostServices>())).Returns(status);
        var hosted = Hosted(Python());
        hosted.Load();
        return Task.Run(() => hosted.Run(Services()));
    }

    private async Task<string> Failure()
    {
        while (true)
        {
            var result = _jobs.RunAsync(Jobs.MainLane, Requests.Cell());
            if (result.IsCompleted)
            {
                return (await result).Failure!;
            }

            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    private HostedPython Hosted(string path) => new(path, _bridge.Object, _jobs, _description, _shells, _ending);

    private HostServices Services() => new(
        _jobs, new Interrupts(_bridge.Object.SetInterrupt), new Questions(_jobs, _outbox),
        new CellOutput(_jobs, _outbox), "{}",
        (_, _, _) => "{}", (_, _) => "{}", Ready: () => { });

    private string Python(bool debugger = false)
    {
        _folder.Write("lib/libpython3.11.so", "");
        if (debugger)
        {
            _folder.Write("lib/python3.11/site-packages/debugpy/__init__.py", "");
        }

        return _folder.Write("bin/python3.11", "ELF", executable: true);
    }
}
