namespace Signalbox.FunctionalTests.Support;

/// <summary>
/// Thrown by a behaviour: what was sent arrives, and then the connection ends in the middle of the answer. (A reset, as by
/// <see cref="UpstreamCall.Cut"/>, may overtake what was sent.)
/// </summary>
internal sealed class CutException : Exception;
