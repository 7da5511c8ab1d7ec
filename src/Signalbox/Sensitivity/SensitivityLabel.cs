namespace Signalbox.Sensitivity;

/// <summary>How sensitive a request is. A higher label may leave this machine less freely.</summary>
public enum SensitivityLabel
{
    /// <summary>It may go anywhere.</summary>
    Public,

    /// <summary>It holds personal data; it may leave where the configuration allows it, and may be masked.</summary>
    Internal,

    /// <summary>It goes to local models only.</summary>
    Confidential,
}

/// <summary>What is done with a request that looks like a prompt injection.</summary>
public enum InjectionAction
{
    /// <summary>The signal is recorded, nothing else.</summary>
    Allow,

    /// <summary>The signal is recorded and the caller is told in a header.</summary>
    Warn,

    /// <summary>The request is refused.</summary>
    Block,
}
