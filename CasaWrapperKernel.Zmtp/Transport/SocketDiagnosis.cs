using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace CasaWrapperKernel.Zmtp.Transport;

/// <summary>
/// Asks the system for one socket by its two addresses (netlink, sock_diag(7)): microseconds, where reading the
/// tables in
/// /proc takes milliseconds.
/// </summary>
internal static class SocketDiagnosis
{
    private const int AF_NETLINK = 16;
    private const int SOCK_DGRAM_CLOEXEC = 0x80002;
    private const int NETLINK_SOCK_DIAG = 4;
    private const ushort SOCK_DIAG_BY_FAMILY = 20;
    private const ushort NLM_F_REQUEST = 1;
    private const byte IPPROTO_TCP = 6;

    // struct nlmsghdr, then struct inet_diag_req_v2 in the question and struct inet_diag_msg in the answer.
    private const int HeaderLength = 16;
    private const int QuestionLength = HeaderLength + 56;
    private const int AskedId = HeaderLength + 8;
    private const int AnsweredId = HeaderLength + 4;
    private const int User = HeaderLength + 64;
    private const int Inode = HeaderLength + 68;

    /// <summary>
    /// The owner of the socket whose own address is <paramref name="peer"/> and that is connected to <paramref
    /// name="own"/>.
    /// </summary>
    /// <returns>Null if the system does not say.</returns>
    public static SocketOwner? Find(IPEndPoint peer, IPEndPoint own)
    {
        var netlink = Native.socket(AF_NETLINK, SOCK_DGRAM_CLOEXEC, NETLINK_SOCK_DIAG);
        if (netlink < 0)
        {
            return null;
        }

        try
        {
            var question = Question(peer, own);
            Native.Send(netlink, question);
            Span<byte> answer = stackalloc byte[1024];
            var length = Native.Receive(netlink, answer) ?? 0;
            return length < Inode + sizeof(uint) ? null : Parse(answer[..length], question);
        }
        catch (IOException)
        {
            return null;
        }
        finally
        {
            Native.close(netlink);
        }
    }

    private static byte[] Question(IPEndPoint peer, IPEndPoint own)
    {
        var four = peer.Address.AddressFamily == AddressFamily.InterNetwork || peer.Address.IsIPv4MappedToIPv6;
        var question = new byte[QuestionLength];
        MemoryMarshal.Write(question, QuestionLength);
        MemoryMarshal.Write(question.AsSpan(4), SOCK_DIAG_BY_FAMILY);
        MemoryMarshal.Write(question.AsSpan(6), NLM_F_REQUEST);
        question[HeaderLength] = four ? (byte)2 : (byte)10; // AF_INET, AF_INET6 as Linux counts them
        question[HeaderLength + 1] = IPPROTO_TCP;
        MemoryMarshal.Write(question.AsSpan(HeaderLength + 4), uint.MaxValue); // in any state
        var id = question.AsSpan(AskedId);
        BinaryPrimitives.WriteUInt16BigEndian(id, (ushort)peer.Port);
        BinaryPrimitives.WriteUInt16BigEndian(id[2..], (ushort)own.Port);
        Address(peer).CopyTo(id[4..]);
        Address(own).CopyTo(id[20..]);
        id[40..48].Fill(0xFF); // no cookie
        return question;

        byte[] Address(IPEndPoint end) => (four ? end.Address.MapToIPv4() : end.Address).GetAddressBytes();
    }

    // Where no connected socket is found, the system names one that listens on the port: it has no port of a peer.
    private static SocketOwner? Parse(ReadOnlySpan<byte> answer, ReadOnlySpan<byte> question) =>
        MemoryMarshal.Read<ushort>(answer[4..]) != SOCK_DIAG_BY_FAMILY
            || !answer.Slice(AnsweredId, 4).SequenceEqual(question.Slice(AskedId, 4)) ? null
        : MemoryMarshal.Read<uint>(answer[Inode..]) == 0 ? new SocketOwner(SocketOwnerKind.Closed)
        : SocketTables.OwnerOf(MemoryMarshal.Read<uint>(answer[User..]));
}
