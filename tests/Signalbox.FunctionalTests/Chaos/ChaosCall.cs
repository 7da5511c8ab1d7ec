using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Chaos;

/// <summary>How a provider treated a call.</summary>
internal enum ChaosEnd
{
    /// <summary>The gateway hung up before the answer was whole.</summary>
    Abandoned,

    /// <summary>The whole answer was sent.</summary>
    Answered,

    /// <summary>An error status, without an answer.</summary>
    Status,

    /// <summary>The connection was reset before anything was sent.</summary>
    Reset,

    /// <summary>The answer was cut before its first useful output.</summary>
    Cut,

    /// <summary>Nothing was said until the gateway gave up.</summary>
    Slept,
}

/// <summary>One call as its provider counted it.</summary>
internal sealed record ChaosCall(int Id, int Request, string Provider, bool IsStream)
{
    /// <summary>What would be, or was, answered: a text of its own, so that an answer tells which call it is from.</summary>
    public SaidAnswer Answer { get; } = new($"Answer to {Request}", $" from call {Id}.", 100 + (Id % 37), 10 + (Id % 11));

    public ChaosEnd End { get; set; }
}
