using CasaWrapperKernel.Jupyter.Connection;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>
/// The five sockets on their one thread. Everything but <see cref="Wake"/> and <see cref="Stop"/> belongs to that
/// thread;
/// an <see cref="ISocketsOwner"/> hears what happens.
/// </summary>
internal interface IKernelSockets : IDisposable
{
    /// <summary>Whether a subscriber that reads is far behind, so that whoever prints should wait.</summary>
    bool IsReaderBehind { get; }

    /// <summary>Binds all five.</summary>
    /// <returns>The connection with the ports that were bound.</returns>
    /// <exception cref="UserException">An address cannot be bound.</exception>
    ConnectionInfo Bind(ConnectionInfo connection);

    /// <summary>Serves the sockets until <see cref="Stop"/>.</summary>
    void Run();

    void Send(Channel channel, IReadOnlyList<byte[]> frames, Outgoing message);

    /// <summary>Starts the timer, unless it is running.</summary>
    void StartTimer(TimeSpan delay);

    void StopTimer();

    void Wake();

    /// <summary>
    /// Makes <see cref="Run"/> send what is left, wait for slow readers no longer than this, and return.
    /// </summary>
    void Stop(TimeSpan linger);

    /// <summary>What to tell the user when an address cannot be bound.</summary>
    static UserException CannotListen(string endpoint, Exception reason) => new(
        $"The kernel cannot listen on {endpoint}, which the connection file asks for: {reason.Message.TrimEnd('.')}. "
        + "Let Jupyter choose other ports, or give port 0.");
}
