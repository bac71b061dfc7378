namespace CasaWrapperKernel.Recompute;

/// <summary>
/// Something cannot be known, so that the task has to run: the message says what, in words for the user that go on from
/// "because".
/// </summary>
internal sealed class UnknowableException(string message) : Exception(message);
