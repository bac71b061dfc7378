namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>Whom the sockets tell what happens; always on their thread, so it must not block.</summary>
internal interface ISocketsOwner
{
    /// <summary>A message came in.</summary>
    /// <returns>Whether it is a right one: then its sender may be trusted.</returns>
    bool Received(Channel channel, List<byte[]> frames);

    /// <summary>The frames with which a subscriber to a topic is welcomed; null for no welcome.</summary>
    IReadOnlyList<byte[]>? Welcome(byte[] topic);

    /// <summary>Another thread has called <see cref="IKernelSockets.Wake"/>.</summary>
    void Woken();

    /// <summary>The time of <see cref="IKernelSockets.StartTimer"/> is over.</summary>
    void TimerElapsed();

    /// <summary>The sockets are about to close: what is sent now is still delivered.</summary>
    void Ending();
}
