namespace CasaWrapperKernel.Jupyter.Wire;

/// <summary>
/// A message as it came in or is to go out. The JSON parts that the kernel hands on unread stay UTF-8 bytes; what it
/// reads is typed (<see cref="Header"/>, and a content record of <c>Wire/Content.cs</c> where a handler needs one).
/// </summary>
/// <param name="Identities">The routing frames: the peer's on a ROUTER socket, the topic on iopub.</param>
/// <param name="Header">The parsed header.</param>
/// <param name="HeaderJson">The header as sent, which becomes the parent header of every answer.</param>
/// <param name="Metadata">JSON object.</param>
/// <param name="Content">JSON object.</param>
/// <param name="Buffers">Binary frames after the content.</param>
internal sealed record Message(
    IReadOnlyList<byte[]> Identities,
    Header Header,
    byte[] HeaderJson,
    byte[] Metadata,
    byte[] Content,
    IReadOnlyList<byte[]> Buffers)
{
    public string Type => Header.MsgType;
}

/// <summary>A message on its way out, before it has a header and a signature.</summary>
/// <param name="Type">The <c>msg_type</c>.</param>
/// <param name="Parent">Header JSON of the request that caused it; <c>{}</c> if none did.</param>
/// <param name="Content">JSON object.</param>
internal sealed record Outgoing(string Type, byte[] Parent, byte[] Content)
{
    /// <summary>An empty JSON object.</summary>
    public static readonly byte[] EmptyObject = "{}"u8.ToArray();

    public byte[] Metadata { get; init; } = EmptyObject;

    public IReadOnlyList<byte[]> Buffers { get; init; } = [];

    public IReadOnlyList<byte[]> Identities { get; init; } = [];

    /// <summary>Of all that may be large.</summary>
    public long Bytes => Content.LongLength + Buffers.Sum(buffer => buffer.LongLength);
}
