namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>Tells the io thread that there is something to send.</summary>
internal interface ISendSignal
{
    /// <summary>Called after something was added, by any thread.</summary>
    /// <param name="urgent">Whether it should leave at once; if not, a moment later will do.</param>
    void Raise(bool urgent);
}
