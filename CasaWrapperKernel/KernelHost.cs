using CasaWrapperKernel.Crashes;
using CasaWrapperKernel.Hosting;
using CasaWrapperKernel.Jupyter;
using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Connection;
using CasaWrapperKernel.Jupyter.Execution;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Logs;
using CasaWrapperKernel.Logs.Model;
using CasaWrapperKernel.Logs.Stderr;
using CasaWrapperKernel.PythonHost;
using CasaWrapperKernel.PythonHost.Finding;
using CasaWrapperKernel.PythonHost.Lanes;
using CasaWrapperKernel.PythonHost.Native;
using CasaWrapperKernel.PythonHost.Output;
using CasaWrapperKernel.Recompute;
using Microsoft.Extensions.Logging;

namespace CasaWrapperKernel;

/// <summary>
/// The composition root: the one place that names every part and every thread of a running kernel. Each part is made
/// from those above it, so what flows where can be read here. The sockets are up and kernel_info is answered before
/// Python starts; then the main thread belongs to Python until the end.
/// </summary>
internal sealed class KernelHost : IDisposable
{
    private readonly string _connectionFile;
    private readonly ConnectionInfo _connection;
    private readonly Capture _capture;
    private readonly Outbox _outbox;
    private readonly FloodMemory _memory;
    private readonly KernelIo _io;
    private readonly Subshells _shells;
    private readonly DebugQueue _debug;
    private readonly ControlQueue _control;
    private readonly MessageRouter _router;
    private readonly Ending _ending;
    private readonly CasaLog _log;
    private readonly OldLogs _oldLogs;
    private readonly BlackBox _box;
    private readonly LastWords _lastWords;
    private readonly Predecessor _predecessor;
    private readonly HostedPython _hosted;
    private readonly HostServices _services;
    private readonly ILoggerFactory _loggers;

    /// <exception cref="UserException">The connection file is of no use.</exception>
    public KernelHost(string connectionFile, string pythonPath, CasaOptions casa, bool insecure)
    {
        Signals.IgnoreInterruptsUntilPython();
        OwnLibraries.Load(pythonPath); // before the first signature, which loads OpenSSL
        (_connectionFile, _connection) = (connectionFile, ConnectionInfo.Read(connectionFile, insecure));
        var frames = new Frames(
            new Signer(_connection.SignatureScheme, _connection.Key), session: Guid.NewGuid().ToString());
        var casaLogFile = StateFolder.NewCasaLogFile();
        var (description, time) = (new KernelDescription(pythonPath), TimeProvider.System);

        // Output: what is written to descriptors 1 and 2, by Python, and in CASA's log goes to the outbox.
        var (running, notes, signal) = (new RunningCell(), new StderrNotes(), new SendSignal());
        _capture = new Capture(running, new StderrFilter(notes, time));
        _loggers = KernelLog.CreateFactory(_capture.SavedStderr);
        var places = new BlockPlaces(time);
        _outbox = new Outbox(signal, _capture, places);
        _log = new CasaLog(_outbox, places, notes, casaLogFile);
        _oldLogs = new OldLogs(casaLogFile, _loggers.CreateLogger<OldLogs>());
        _memory = new FloodMemory(time);
        _io = new KernelIo(frames, _outbox, signal, _loggers.CreateLogger<KernelIo>())
        {
            Moved = _memory.Count,
            MissedStem = Path.ChangeExtension(casaLogFile, null),
            AnyUser = Environment.GetEnvironmentVariable("CASA_KERNEL_ANY_USER") == "on",
        };

        // What is to be known if the process dies, and of the kernel before this one.
        _box = new BlackBox(Records.NewFile(), KernelNotes.Of(pythonPath, casaLogFile));
        _lastWords = new LastWords(_box, _outbox, _io.Dispose, _loggers.CreateLogger<LastWords>());
        _predecessor = new Predecessor(_box, _outbox, _loggers.CreateLogger<Predecessor>());

        // The language side.
        var (bridge, jobs) = (BridgeChoice.New(), new Jobs());
        var (interrupts, questions) = (new Interrupts(bridge.SetInterrupt), new Questions(jobs, _outbox));
        var python = new PythonInterpreter(jobs, interrupts, questions, running, _outbox);
        _services = new HostServices(jobs, interrupts, questions, new CellOutput(jobs, _outbox),
            Settings.Of(jobs, _capture.SavedStderr, FatalSignals.AreKnown ? _box.Descriptor : -1, connectionFile,
                casaLogFile, casa),
            new LogCalls(_log, places, _box).Call, new EngineCalls(StoreFolder.Find, StoreFolder.Bounds(), time).Call,
            Ready: () => FatalSignals.Handle(_box, _lastWords));

        // Requests: from the sockets to their queues, and from there to the language side.
        var requestLog = _loggers.CreateLogger<Dispatcher>();
        Dispatcher NewDispatcher(bool isMain) => new(python, _outbox, description.Reply,
            new CellWitness(_log, _box, _predecessor.CellStarts, isMain), requestLog);
        var dispatcher = NewDispatcher(isMain: true);
        _shells = new Subshells(python, isMain => new ShellQueue(isMain ? dispatcher : NewDispatcher(isMain: false)));
        _debug = new DebugQueue(python, _outbox, requestLog);
        _ending = new Ending(python, EndNow, time);
        _control = new ControlQueue(python, _shells, _debug, _outbox, description.Reply, new ResourceUsage().Measure,
            End, requestLog);
        _router = new MessageRouter(_shells, dispatcher, _control, python, commCloses: places.Closed);
        Signals.EndOnTermination(Terminate);
        _hosted = new HostedPython(pythonPath, bridge, jobs, description, _shells, _ending);
    }

    /// <summary>Runs the kernel until it is shut down. The calling thread must be the process's main thread.</summary>
    /// <returns>The exit status.</returns>
    /// <exception cref="UserException">The kernel cannot listen where it is to.</exception>
    public int Run()
    {
        _hosted.Load();
        _shells.Start();
        _debug.Start();
        Start("kernel-control", _control.Run);
        Start("kernel-capture", new CapturePump(_capture, _outbox).Run);
        Start("casa-log", _log.Run);
        Start("casa-old-logs", _oldLogs.Run);
        Start("kernel-record", _predecessor.Run);
        Start("kernel-last-words", _lastWords.Run);
        FatalSignals.Handle(_box, _lastWords);
        AppDomain.CurrentDomain.UnhandledException += (_, fault) => _box.Note((Exception)fault.ExceptionObject);
        Start("kernel-parent", () => ParentWatch.Run(() => End(restart: false)));
        _io.Start(_connection, _router.Receive).WriteIfOther(_connection, _connectionFile);
        _outbox.Publish(new Outgoing(
            "status", Outgoing.EmptyObject, Json.Write(new Status("starting"), WireJson.Default.Status)));
        var status = _hosted.Run(_services);
        ForgetRecord();
        return status;
    }

    public void Dispose()
    {
        ForgetRecord();
        _shells.Close();
        _debug.Close();
        _control.Close();
        _io.Dispose();
        _memory.Dispose();
        _capture.Restore(); // the sentence that says why it has ended belongs on the terminal
        _loggers.Dispose();
        _control.Dispose();
        _ending.Dispose();
    }

    private void End(bool restart)
    {
        ForgetRecord();
        _ending.Begin(restart);
    }

    private void Terminate()
    {
        ForgetRecord();
        _ending.BeginSoon();
    }

    private void ForgetRecord()
    {
        FatalSignals.Forget();
        _box.Remove();
    }

    private void EndNow()
    {
        _io.Dispose();
        OwnFolders.Remove();
        if (Libc.getpgrp() == Environment.ProcessId)
        {
            Libc.kill(0, Libc.SIGTERM); // what Python would have done
        }

        Libc._exit(1);
    }

    private static void Start(string name, ThreadStart run) =>
        new Thread(run) { Name = name, IsBackground = true }.Start();
}
