namespace CasaWrapperKernel.Jupyter;

/// <summary>
/// Something is wrong that the user can mend: the message is one sentence that says what it is and what to do. It is
/// shown as it is, without a stack trace.
/// </summary>
internal sealed class UserException(string message) : Exception(message);
