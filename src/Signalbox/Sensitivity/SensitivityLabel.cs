namespace Signalbox.Sensitivity;

/// <summary>What may be done with a request, from least to most restricted.</summary>
internal enum SensitivityLabel
{
    /// <summary>May go anywhere.</summary>
    Public,

    /// <summary>May go anywhere; may be masked on the way.</summary>
    Internal,

    /// <summary>Goes to local models only, whatever fails (promise 1).</summary>
    Confidential,
}
