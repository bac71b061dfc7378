using System.Text;

namespace CasaWrapperKernel.Tests.Jupyter.Wire;

/// <summary>
/// What Session.serialize of jupyter_client 8.10.0 made of
/// <c>msg("execute_request", {"code": "print('Grüße, 27 ✓')\n", ...}, metadata=...)</c>, byte for byte.
/// </summary>
internal static class Golden
{
    public const string Key = "a0436f6c-1916-498b-8eb9-e81ab9368e84";
    public const string Signature = "6d5612abe116b7534f1b0f3b61ad0658d73e8e980051c7d5da9096507acdd78d";

    public static readonly byte[] Identity = [0, (byte)'k', 0x8B, (byte)'E', (byte)'g'];

    public static readonly byte[] Header = Encoding.UTF8.GetBytes(
        """{"msg_id": "5f0a-31_18521_0", "msg_type": "execute_request", "username": "anna", "session": "5f0a-31", "date": "2026-11-24T13:43:33.660501Z", "version": "5.4"}""");

    public static readonly byte[] Parent = "{}"u8.ToArray();

    public static readonly byte[] Metadata = """{"deletedCells": [], "cellId": "c1"}"""u8.ToArray();

    public static readonly byte[] Content = Encoding.UTF8.GetBytes(
        """{"code": "print('Grüße, 27 ✓')\n", "silent": false, "store_history": true, "user_expressions": {}, "allow_stdin": true, "stop_on_error": false}""");

    /// <summary>The same frames signed by each scheme that jupyter_client offers.</summary>
    public static readonly TheoryData<string, string> Signatures = new()
    {
        { "hmac-sha256", Signature },
        { "hmac-sha384",
            "a28430dda3769b3b75b76c51ad2a8d29f49133e8485d2974edae0c518b6215eccfd0438e78099c96f1e1453e3b482947" },
        { "hmac-sha512",
            "54040796c7c98e924878a7102e1732d95b6f6f157c6c7c89bec480c312cce6dc08810fcf1aa3b1effd3395400ca1266354d1124bb1185a764c0dfd9f92df268b" },
        { "hmac-sha1", "5d63294258d9dc0111993f0963b9a19f10b4cbbd" },
        { "hmac-md5", "05009ef944c876de418980e2ed599414" },
    };

    /// <summary>The whole multipart message; what a test changes in it is its own.</summary>
    public static List<byte[]> Frames() =>
    [
        Identity, "<IDS|MSG>"u8.ToArray(), Encoding.ASCII.GetBytes(Signature),
        [.. Header], [.. Parent], [.. Metadata], [.. Content],
    ];
}
