namespace CasaWrapperKernel.Logs;

/// <summary>Is told of the calls of CASA's tasks that the user makes in this process.</summary>
internal interface ITaskObserver
{
    /// <param name="call">Tells it from others.</param>
    /// <param name="arguments">As Python writes them.</param>
    void TaskBegins(long call, string name, string arguments);

    void TaskEnds(long call);
}
