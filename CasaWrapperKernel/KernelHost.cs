using System.Reflection;
using System.Text.Json;
using CasaWrapperKernel.Channels;
using CasaWrapperKernel.Execution;
using CasaWrapperKernel.Hosting;
using CasaWrapperKernel.Logs;
using CasaWrapperKernel.Python;
using CasaWrapperKernel.Python.Native;
using CasaWrapperKernel.Wire;
using Microsoft.Extensions.Logging;

namespace CasaWrapperKernel;

/// <summary>
/// The composition root: the one place that names every part and every thread of a running kernel. The sockets are up
/// and kernel_info is answered before Python starts; then the main thread belongs to Python until the end.
/// </summary>
internal sealed class KernelHost
{
    // Jupyter waits 5 s for a kernel to end by itself; past 4 s it is better to end than to be killed with work unsent.
    private static readonly TimeSpan MostTimeToEnd = TimeSpan.FromSeconds(4);

    private readonly ManualResetEventSlim _shutDown = new();
    private readonly string _pythonPath;
    private readonly string _connectionFile;
    private string _pythonVersion = "3";
    private bool _canDebug;

    public KernelHost(string connectionFile, string pythonPath) =>
        (_connectionFile, _pythonPath) = (connectionFile, pythonPath);

    /// <summary>The version of this program.</summary>
    public static string Version { get; } =
        typeof(KernelHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    /// <summary>Runs the kernel until it is shut down. The calling thread must be the process's main thread.</summary>
    /// <returns>The exit status.</returns>
    public int Run()
    {
        var connection = ConnectionInfo.Read(_connectionFile);
        var session = Guid.NewGuid().ToString();
        var outbox = new Outbox();
        var capture = new Capture(outbox);
        using var loggers = KernelLog.CreateFactory(capture.SavedStderr);
        var logFile = StateFolder.NewCasaLogFile();
        var log = new CasaLog(outbox, logFile);
        capture.Filter = new StderrFilter(log);

        var python = new PythonInterpreter(outbox, capture);
        var frames = new Frames(new Signer(connection.SignatureScheme, connection.Key), session);
        using var io = new KernelIo(frames, outbox, loggers.CreateLogger<KernelIo>());
        var shellReplies = new Replies(outbox, Channel.Shell);
        var dispatcher = new Dispatcher(python, shellReplies, KernelInfo, log);
        using var shells = new Subshells(python, isMain => new ShellQueue(
            isMain ? dispatcher : new Dispatcher(python, shellReplies, KernelInfo, new NoObserver())));
        using var control = new ControlQueue(python, shells, new Replies(outbox, Channel.Control), KernelInfo, ShutDown);
        io.Received = (channel, message) =>
        {
            switch (channel)
            {
                case Channel.Shell when !shells.Add(message):
                    dispatcher.Refuse(message, "UnknownSubshellError", $"There is no subshell {message.Header.SubshellId}.");
                    break;
                case Channel.Control:
                    control.Add(message);
                    break;
                case Channel.Stdin when message.Type == "input_reply":
                    python.Stdin.Add(Json.Read(message.Content, WireJson.Default.InputReply)?.Value ?? "");
                    break;
            }
        };

        var location = LoadPython(python);
        shells.Start();
        Start("kernel-control", control.Run);
        Start("kernel-capture", capture.Run);
        Start("casa-log", log.Run);
        Start("kernel-parent", () => ParentWatch.Run(() => ShutDown(restart: false)));
        var bound = io.Start(connection);
        if (bound != connection)
        {
            bound.Write(_connectionFile);
        }

        outbox.Post(Channel.Iopub, new Outgoing("status", Outgoing.EmptyObject,
            Json.Write(new Status("starting"), WireJson.Default.Status))
        { Identities = [Topic.Of("status")] });

        var status = location is null ? WaitForShutDown(1) : HostPython(location, python, outbox, log, logFile);
        shells.Close();
        control.Close();
        return status;

        void ShutDown(bool restart)
        {
            _shutDown.Set();
            Start("kernel-watchdog", () => EndAtLast(io));
            python.Stop(restart);
        }
    }

    private int HostPython(
        PythonLocation location, PythonInterpreter python, Outbox outbox, CasaLog log, string logFile)
    {
        var settings = new Settings
        {
            MainDescriptor = python.Main.Descriptor,
            ControlDescriptor = python.Control.Descriptor,
            InputDescriptor = python.Stdin.Descriptor,
            PythonSupport = Path.Combine(AppContext.BaseDirectory, "PythonSupport"),
            ConnectionFile = Path.GetFullPath(_connectionFile),
            CasaLogFile = logFile,
            Version = Version,
        };
        HostModule.Register(python, outbox, JsonSerializer.Serialize(settings, SettingsJson.Default.Settings), log.Follow);
        Signals.GiveToPython();
        var status = PythonMain.Run(location);
        if (_shutDown.IsSet)
        {
            return status;
        }

        python.Fail($"The Python of {_pythonPath} ended (exit status {status}); "
            + "what it printed is in the log of the Jupyter server. Restart the kernel.");
        return WaitForShutDown(1);
    }

    /// <returns>Null if there is no Python to host; the reason is then the answer to every cell.</returns>
    private PythonLocation? LoadPython(PythonInterpreter python)
    {
        try
        {
            var location = PythonLocation.Find(_pythonPath);
            PythonMain.Load(location);
            _pythonVersion = PythonMain.Version;
            _canDebug = location.Has("debugpy");
            return location;
        }
        catch (Exception e) when (e is UserException or DllNotFoundException)
        {
            python.Fail(e.Message);
            return null;
        }
    }

    private KernelInfoReply KernelInfo() => new()
    {
        ImplementationVersion = Version,
        Debugger = _canDebug,
        SupportedFeatures = _canDebug ? ["debugger", "kernel subshells"] : ["kernel subshells"],
        LanguageInfo = new LanguageInfo(_pythonVersion),
        Banner = $"casa-kernel {Version}: Python {_pythonVersion} with CASA ({_pythonPath})",
    };

    private int WaitForShutDown(int status)
    {
        _shutDown.Wait();
        return status;
    }

    private static void EndAtLast(KernelIo io)
    {
        Thread.Sleep(MostTimeToEnd);
        io.Dispose();
        Libc._exit(1);
    }

    private static void Start(string name, ThreadStart run) =>
        new Thread(run) { Name = name, IsBackground = true }.Start();
}
