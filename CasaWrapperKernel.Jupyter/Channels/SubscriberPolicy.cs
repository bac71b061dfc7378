using System.Globalization;
using CasaWrapperKernel.Jupyter.Wire;
using CasaWrapperKernel.Zmtp;

namespace CasaWrapperKernel.Jupyter.Channels;

/// <summary>
/// A subscriber that does not read: its oldest printed text goes first, and where it was, the subscriber is told how
/// much is missing and where that is kept. All else (results, errors, status) stays, until so much waits that the
/// subscriber is given up.
/// </summary>
internal sealed class SubscriberPolicy : BacklogPolicy
{
    private readonly Func<Outgoing, IReadOnlyList<byte[]>> _messages;
    private readonly MissedText _missed;
    private MissedFile? _file;

    public SubscriberPolicy(Func<Outgoing, IReadOnlyList<byte[]>> messages, MissedText missed)
    {
        (_messages, _missed) = (messages, missed);
        (DropBytes, MostBytes) = (64 << 20, 512 << 20);
    }

    public override BacklogPolicy ForPeer() => new SubscriberPolicy(_messages, _missed);

    public override void Dropped(ZmtpMessage message)
    {
        _file ??= _missed.NewFile();
        _file?.Add(((Outgoing)message.Tag!).Content);
    }

    public override bool MayDrop(ZmtpMessage message) => message.Tag is Outgoing { Type: "stream" };

    public override ZmtpMessage? Gap(ZmtpMessage last, long messages, long bytes)
    {
        var where = _file is null ? "" : $"; {_file.Place}";
        var text = string.Create(CultureInfo.InvariantCulture,
            $"\n[casa-kernel: {bytes / 1e6:F1} MB of output are missing here, since this client did not read them in time{where}.]\n");
        var told =
            new Outgoing("stream", ((Outgoing)last.Tag!).Parent,
                StreamText.Write("stderr", System.Text.Encoding.UTF8.GetBytes(text)))
            {
                Identities = [Topic.Of("stream")],
            };
        return Message(told);
    }

    public override ZmtpMessage? Instead(ZmtpMessage message) =>
        message.Tag is Outgoing { Bytes: > LeftOut.LeastBytes } large ? Message(LeftOut.InsteadOf(large)) : null;

    private ZmtpMessage Message(Outgoing message) => new(_messages(message), message);
}
