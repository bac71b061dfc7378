using CasaWrapperKernel.Jupyter.Connection;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>
/// The five sockets on their one thread. Everything but <see cref="Wake"/> and <see cref="Stop"/> belongs to that thread,
/// and all callbacks come from it.
/// </summary>
internal interface IKernelSockets : IDisposable
{
    /// <summary>A message came in. The answer is whether it is a right one: then its sender may be trusted.</summary>
    Func<Channel, List<byte[]>, bool> Received { get; set; }

    /// <summary>Makes the frames with which a subscriber to a topic is welcomed; null for no welcome.</summary>
    Func<byte[], IReadOnlyList<byte[]>?> Welcome { get; set; }

    /// <summary>Another thread has called <see cref="Wake"/>.</summary>
    Action Woken { get; set; }

    /// <summary>The sockets are about to close: what is sent now is still delivered.</summary>
    Action Ending { get; set; }

    /// <summary>The time of <see cref="StartTimer"/> is over.</summary>
    Action TimerElapsed { get; set; }

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

    /// <summary>Makes <see cref="Run"/> send what is left, wait for slow readers no longer than this, and return.</summary>
    void Stop(TimeSpan linger);

    /// <summary>What to tell the user when an address cannot be bound.</summary>
    static UserException CannotListen(string endpoint, Exception reason) => new(
        $"The kernel cannot listen on {endpoint}, which the connection file asks for: {reason.Message.TrimEnd('.')}. "
        + "Let Jupyter choose other ports, or give port 0.");
}
