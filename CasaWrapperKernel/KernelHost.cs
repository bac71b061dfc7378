using System.Text.Json;
using CasaWrapperKernel.Hosting;
using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Connection;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Logs;
using CasaWrapperKernel.PythonHost;
using CasaWrapperKernel.PythonHost.Finding;
using CasaWrapperKernel.PythonHost.Lanes;
using CasaWrapperKernel.PythonHost.Native;
using CasaWrapperKernel.PythonHost.Output;
using Microsoft.Extensions.Logging;

namespace CasaWrapperKernel;

/// <summary>
/// The composition root: the one place that names every part and every thread of a running kernel. The sockets are up
/// and kernel_info is answered before Python starts; then the main thread belongs to Python until the end.
/// </summary>
internal sealed class KernelHost : IDisposable
{
    // Jupyter waits 5 s for a kernel to end by itself; past 4 s it is better to end than to be killed with work unsent.
    private static readonly TimeSpan MostTimeToEnd = TimeSpan.FromSeconds(4);

    // jupyter console no longer reads what the kernel has sent once it sees that the process is gone.
    private static readonly TimeSpan TimeForLastWords = TimeSpan.FromMilliseconds(500);

    private readonly ManualResetEventSlim _shutDown = new();
    private readonly string _pythonPath;
    private readonly string _connectionFile;
    private readonly CasaOptions _casa;
    private readonly ConnectionInfo _connection;
    private readonly string _logFile = StateFolder.NewCasaLogFile();
    private readonly ILoggerFactory _loggers;
    private readonly Outbox _outbox = new();
    private readonly Capture _capture;
    private readonly CasaLog _log;
    private readonly IPythonBridge _bridge = BridgeChoice.New();
    private readonly PythonInterpreter _python;
    private readonly KernelIo _io;
    private readonly Dispatcher _dispatcher;
    private readonly Subshells _shells;
    private readonly ControlQueue _control;
    private string _pythonVersion = "3";
    private bool _canDebug;

    /// <exception cref="UserException">The connection file is of no use.</exception>
    public KernelHost(string connectionFile, string pythonPath, CasaOptions casa, bool insecure)
    {
        Signals.IgnoreInterruptsUntilPython();
        OwnLibraries.Load(pythonPath); // before the first signature, which loads OpenSSL
        (_connectionFile, _pythonPath, _casa) = (connectionFile, pythonPath, casa);
        _connection = ConnectionInfo.Read(connectionFile, insecure);
        var frames = new Frames(new Signer(_connection.SignatureScheme, _connection.Key), session: Guid.NewGuid().ToString());
        _capture = new Capture(_outbox);
        _loggers = KernelLog.CreateFactory(_capture.SavedStderr);
        _log = new CasaLog(_outbox, _logFile);
        _capture.Filter = new StderrFilter(_log);
        _python = new PythonInterpreter(_bridge, _outbox, _capture);
        _io = new KernelIo(frames, _outbox, _loggers.CreateLogger<KernelIo>())
        {
            Received = Receive,
            AnyUser = Environment.GetEnvironmentVariable("CASA_KERNEL_ANY_USER") == "on",
        };
        var shellReplies = new Replies(_outbox, Channel.Shell);
        _dispatcher = new Dispatcher(_python, shellReplies, KernelInfo, _log);
        _shells = new Subshells(_python, isMain => new ShellQueue(
            isMain ? _dispatcher : new Dispatcher(_python, shellReplies, KernelInfo, new SubshellLog(_log))));
        _control = new ControlQueue(_python, _shells, new Replies(_outbox, Channel.Control), KernelInfo, ShutDown);
    }

    /// <summary>Runs the kernel until it is shut down. The calling thread must be the process's main thread.</summary>
    /// <returns>The exit status.</returns>
    public int Run()
    {
        var location = LoadPython();
        _shells.Start();
        Start("kernel-control", _control.Run);
        Start("kernel-capture", _capture.Run);
        Start("casa-log", _log.Run);
        Start("casa-old-logs", new OldLogs(_logFile, _loggers.CreateLogger<OldLogs>()).Run);
        Start("kernel-parent", () => ParentWatch.Run(() => ShutDown(restart: false)));
        var bound = Bind();
        if (bound != _connection)
        {
            bound.Write(_connectionFile);
        }

        new Replies(_outbox, Channel.Shell).Publish(
            "status", Outgoing.EmptyObject, Json.Write(new Status("starting"), WireJson.Default.Status));
        return location is null ? WaitForShutDown(1) : HostPython(location);
    }

    private ConnectionInfo Bind()
    {
        try
        {
            return _io.Start(_connection);
        }
        catch (UserException)
        {
            _capture.Restore(); // the sentence belongs on the terminal
            throw;
        }
    }

    public void Dispose()
    {
        _shells.Close();
        _control.Close();
        _io.Dispose();
        _loggers.Dispose();
        _control.Dispose();
        _shutDown.Dispose();
    }

    /// <summary>[kernel-io] Hands a message to whoever handles it.</summary>
    private void Receive(Channel channel, Message message)
    {
        switch (channel)
        {
            case Channel.Shell when !_shells.Add(message):
                _dispatcher.Refuse(message, "UnknownSubshellError", $"There is no subshell {message.Header.SubshellId}.");
                break;
            case Channel.Control:
                _control.Add(message);
                break;
            case Channel.Stdin when message.Type == "input_reply":
                _python.Stdin.Add(Json.Read(message.Content, WireJson.Default.InputReply)?.Value ?? "");
                break;
        }
    }

    private void ShutDown(bool restart)
    {
        _shutDown.Set();
        Start("kernel-watchdog", EndAtLast);
        _python.Stop(restart);
    }

    /// <returns>Null if there is no Python to host; the reason is then the answer to every cell.</returns>
    private PythonLocation? LoadPython()
    {
        try
        {
            var location = PythonLocation.Find(_pythonPath);
            _bridge.Load(location);
            _pythonVersion = _bridge.Version;
            _canDebug = location.Has("debugpy");
            return location;
        }
        catch (Exception e) when (e is UserException or DllNotFoundException)
        {
            _python.Fail(e.Message);
            return null;
        }
    }

    private int HostPython(PythonLocation location)
    {
        var settings = JsonSerializer.Serialize(new Settings
        {
            MainDescriptor = _python.Main.Descriptor,
            ControlDescriptor = _python.Control.Descriptor,
            InputDescriptor = _python.Stdin.Descriptor,
            PythonSupport = Path.Combine(AppContext.BaseDirectory, "PythonSupport"),
            ConnectionFile = Path.GetFullPath(_connectionFile),
            CasaLogFile = _logFile,
            Casa = _casa,
            Version = Product.Version,
        }, SettingsJson.Default.Settings);
        Capture.BufferLinesOnly();
        var status = _bridge.Run(location, new HostFunctions(_python, _outbox, settings, new LogCalls(_log).Call));
        if (_shutDown.IsSet)
        {
            return status;
        }

        if (status == 0)
        {
            // A cell ran exit. Whoever started the kernel sees it end, and a Jupyter server then starts it anew.
            _python.Fail("The kernel has ended, because a cell before this one ran exit.");
            _shells.Finish();
            Thread.Sleep(TimeForLastWords);
            return 0;
        }

        _python.Fail($"The Python of {_pythonPath} ended (exit status {status}). What it said of that is shown here or, "
            + "if it ended before it could run a cell, in the log of the Jupyter server. Restart the kernel.");
        return WaitForShutDown(1);
    }

    private KernelInfoReply KernelInfo() => new()
    {
        ImplementationVersion = Product.Version,
        Debugger = _canDebug,
        SupportedFeatures = _canDebug ? ["debugger", "kernel subshells"] : ["kernel subshells"],
        LanguageInfo = new LanguageInfo(_pythonVersion),
        Banner = $"casa-kernel {Product.Version}: Python {_pythonVersion} with CASA ({_pythonPath})",
    };

    private int WaitForShutDown(int status)
    {
        _shutDown.Wait();
        return status;
    }

    private void EndAtLast()
    {
        Thread.Sleep(MostTimeToEnd);
        _io.Dispose();
        Libc._exit(1);
    }

    private static void Start(string name, ThreadStart run) =>
        new Thread(run) { Name = name, IsBackground = true }.Start();
}
