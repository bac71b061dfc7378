// The bridge that is built in; chosen by the build property PythonBridge.
#if PYTHON_NET
global using PythonBridge = CasaWrapperKernel.Python.PythonNet.PythonBridge;
#else
global using PythonBridge = CasaWrapperKernel.Python.CApi.PythonBridge;
#endif
