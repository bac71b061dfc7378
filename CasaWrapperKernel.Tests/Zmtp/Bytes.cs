using System.Text;
using CasaWrapperKernel.Zmtp.Protocol;

namespace CasaWrapperKernel.Tests.Zmtp;

/// <summary>What peers send, written out as the RFCs have it.</summary>
internal static class Bytes
{
    /// <summary>A greeting: signature, version 3 and a minor version, mechanism, no server, filler.</summary>
    public static byte[] Greeting(string mechanism = "NULL", byte major = 3, byte minor = 1, byte asServer = 0) =>
        [0xFF, 0, 0, 0, 0, 0, 0, 0, 1, 0x7F, major, minor, .. Encoding.ASCII.GetBytes(mechanism.PadRight(20, '\0')),
            asServer, .. new byte[31]];

    /// <summary>The command READY of a peer of that type.</summary>
    public static byte[] Ready(string socketType, string identity = "") =>
        Command("READY",
            [.. Property("Socket-Type", Encoding.ASCII.GetBytes(socketType)),
                .. Property("Identity", Encoding.ASCII.GetBytes(identity))]);

    public static byte[] Property(string name, byte[] value) =>
        [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), 0, 0, (byte)(value.Length >> 8), (byte)value.Length,
            .. value];

    public static byte[] Command(string name, byte[] data) =>
        Frame(4, [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), .. data]);

    /// <summary>A frame: flags, its length in one or eight bytes, the body.</summary>
    public static byte[] Frame(byte flags, byte[] body) => FrameWriter.Write((FrameFlags)flags, body);

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);
}
