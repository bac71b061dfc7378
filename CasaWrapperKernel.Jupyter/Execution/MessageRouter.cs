using CasaWrapperKernel.Jupyter.Channels;
using CasaWrapperKernel.Jupyter.Wire;

namespace CasaWrapperKernel.Jupyter.Execution;

/// <summary>Hands each message that comes in to whoever handles it.</summary>
internal sealed class MessageRouter(
    Subshells shells, Dispatcher dispatcher, ControlQueue control, IInterpreter interpreter)
{
    /// <summary>[kernel-io] Never waits.</summary>
    public void Receive(Channel channel, Message message)
    {
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
