using CasaWrapperKernel.PythonHost.Lanes;
using CasaWrapperKernel.PythonHost.Output;

namespace CasaWrapperKernel.PythonHost;

/// <summary>
/// All that the Python module <c>_casa_host</c> may reach, whatever bridge carries its calls.
/// <c>casawrapper/bridge/host.py</c> describes it for Python.
/// </summary>
/// <param name="Settings">JSON object with what Python must know of the kernel.</param>
/// <param name="Log">What Python says to the log and asks of it: parent, command and JSON argument, to JSON.</param>
/// <param name="Recompute">What Python says to the engine of recomputation: command and JSON argument, to JSON.</param>
/// <param name="Ready">[python] Is called on Python's main thread when it takes jobs from now on.</param>
internal sealed record HostServices(
    Jobs Jobs, Interrupts Interrupts, Questions Questions, CellOutput Output, string Settings,
    Func<byte[], string, string, string> Log, Func<string, string, string> Recompute, Action Ready);
