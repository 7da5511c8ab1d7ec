using Signalbox.Dialects;

namespace Signalbox;

/// <summary>A request through <c>AddSignalbox()</c>'s client failed; says what kind of failure it was.</summary>
public sealed class SignalboxException : Exception
{
    internal SignalboxException(GatewayError error)
        : base(error.Message)
    {
        Error = error;
    }

    /// <summary>What kind of failure it was, as in the header <c>x-signalbox-error</c>.</summary>
    public ErrorKind Kind => Error.Kind;

    /// <summary>How long the provider asked to wait, where it did.</summary>
    public TimeSpan? RetryAfter => Error.RetryAfter;

    internal GatewayError Error { get; }
}
