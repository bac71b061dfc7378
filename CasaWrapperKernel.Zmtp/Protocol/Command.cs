namespace CasaWrapperKernel.Zmtp.Protocol;

/// <summary>A command's body: the length of its name, the name, its data (ZMTP 23, "Commands").</summary>
internal readonly ref struct Command
{
    private Command(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        Name = name;
        Data = data;
    }

    public ReadOnlySpan<byte> Name { get; }

    public ReadOnlySpan<byte> Data { get; }

    /// <exception cref="ZmtpException">The body holds no name.</exception>
    public static Command Parse(ReadOnlySpan<byte> body) =>
        body.Length == 0 || body[0] == 0 || body.Length < 1 + body[0]
            ? throw new ZmtpException("a command has no name")
            : new Command(body.Slice(1, body[0]), body[(1 + body[0])..]);

    public static byte[] Write(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data) =>
        [(byte)name.Length, .. name, .. data];

    public bool Is(ReadOnlySpan<byte> name) => Name.SequenceEqual(name);
}
