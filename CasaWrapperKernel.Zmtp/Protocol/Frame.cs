namespace CasaWrapperKernel.Zmtp.Protocol;

/// <summary>Bits of a frame's first byte (ZMTP 23, "Framing"). The others are reserved and zero.</summary>
[Flags]
internal enum FrameFlags : byte
{
    None = 0,
    More = 1,
    Long = 2,
    Command = 4,
}

/// <summary>A whole frame that has come in.</summary>
internal readonly record struct Frame(FrameFlags Flags, byte[] Body)
{
    public bool HasMore => (Flags & FrameFlags.More) != 0;

    public bool IsCommand => (Flags & FrameFlags.Command) != 0;
}
