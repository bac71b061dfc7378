using Microsoft.Extensions.Logging;

namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>
/// Faults of the kernel itself go into its log, whether or not the request has a reply that could tell of them.
/// </summary>
internal static partial class Faults
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A {Type} met a fault of the kernel.")]
    public static partial void Log(ILogger logger, string type, Exception fault);
}
