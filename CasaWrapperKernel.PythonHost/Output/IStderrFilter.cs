namespace CasaWrapperKernel.PythonHost.Output;

/// <summary>Decides which lines of standard error are shown; CASA's warnings are in its log already.</summary>
internal interface IStderrFilter
{
    /// <summary>Whether there is text that waits to be decided on, so that it should be asked again soon.</summary>
    bool IsHolding { get; }

    /// <returns>What is to be shown; text that is held back comes with a later call.</returns>
    ReadOnlySpan<byte> Pass(ReadOnlySpan<byte> text);
}
