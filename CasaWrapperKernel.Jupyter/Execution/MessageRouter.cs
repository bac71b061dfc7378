using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>Hands each message that comes in to whoever handles it.</summary>
/// <param name="commCloses">Is told at once, with its content, that a front end has sent a comm_close.</param>
internal sealed class MessageRouter(
    Subshells shells, Dispatcher dispatcher, ControlQueue control, IInterpreter interpreter, Action<byte[]> commCloses)
{
    /// <summary>[kernel-io] Never waits.</summary>
    public void Receive(Channel channel, Message message)
    {
        if (message.Type == "comm_close")
        {
            commCloses(message.Content);
        }

        switch (channel)
        {
            case Channel.Shell when !shells.Add(message):
                dispatcher.Refuse(
                    message, "UnknownSubshellError", $"There is no subshell {message.Header.SubshellId}.");
                break;
            case Channel.Control:
                control.Add(message);
                break;
            case Channel.Stdin when message.Type == "input_reply":
                interpreter.TakeInput(Input.Read(message));
                break;
        }
    }
}
