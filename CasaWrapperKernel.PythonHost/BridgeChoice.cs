namespace CasaWrapperKernel.PythonHost;

/// <summary>The bridge that is built in; chosen by the build property <c>PythonBridge</c>.</summary>
internal static class BridgeChoice
{
    public static IPythonBridge New() =>
#if PYTHON_NET
        new PythonNet.PythonBridge();
#else
        new CApi.PythonBridge();
#endif
}
