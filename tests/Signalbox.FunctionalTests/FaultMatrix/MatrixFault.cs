using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.FaultMatrix;

/// <summary>What the caller asks for, and when the fault comes.</summary>
internal enum Phase
{
    /// <summary>A stream, before its first useful output.</summary>
    StreamBefore,

    /// <summary>A stream whose first text the caller has.</summary>
    StreamAfter,

    /// <summary>A complete answer, all of which is before the commit point.</summary>
    Complete,
}

/// <summary>One way in which a provider fails, in each phase in which it can.</summary>
internal sealed record MatrixFault(string Name)
{
    /// <summary>What the provider says where it says anything.</summary>
    public const string Message = "The engine broke.";

    /// <summary>What it does before the commit point of a stream; null where the fault is none of streams.</summary>
    public Func<UpstreamCall, Wire, Task>? Stream { get; init; }

    /// <summary>What it does instead of a complete answer.</summary>
    public Func<UpstreamCall, Wire, Task>? Complete { get; init; }

    /// <summary>What it does instead of a stream, the first text of which still arrives.</summary>
    public Func<UpstreamCall, Wire, Task>? After { get; init; }

    /// <summary>Why it cannot come after the commit point.</summary>
    public string NotAfter { get; init; } = "it is there before the first byte of an answer";

    /// <summary>Where the provider is, if it is not the upstream that acts.</summary>
    public Func<MatrixUpstreams, Wire, Phase, string>? Address { get; init; }

    public bool IsInStreams => Stream is not null || (Address is not null && !IsCompleteOnly);

    public bool IsInCompletes => Complete is not null || Address is not null;

    public bool IsInAfter => After is not null;

    public bool IsCompleteOnly { get; init; }

    /// <summary>Whether time must pass: a tenth of a second for a stream, two seconds for a complete answer.</summary>
    public bool IsSlow { get; init; }

    /// <summary>Further settings of the faulty provider.</summary>
    public string Settings { get; init; } = "";

    /// <summary>The word that the caller is told when no other target is left.</summary>
    public required string Word { get; init; }

    /// <summary>The word in a stream of events, where bytes that are no event are nothing; a line that is no JSON is wrong.</summary>
    public string? EventStreamWord { get; init; }

    /// <summary>The same after the commit point only.</summary>
    public string? AfterEventsWord { get; init; }

    /// <summary>The status when no other target is left; 0 = the one of the word.</summary>
    public int Status { get; init; }

    /// <summary>Whether the provider's own message reaches the caller.</summary>
    public bool ShowsMessage { get; init; }

    /// <summary>
    /// Whether the same target is asked again: it may have been a moment's trouble. What was waited for in vain is not waited for twice,
    /// and a provider that answers something else than its protocol will do so again.
    /// </summary>
    public bool IsRetried(Wire upstream, Phase phase) =>
        !IsSlow && WordFor(upstream, phase) is ("upstream_unavailable" or "rate_limited" or "overloaded" or "stream_truncated" or "upstream_timeout");

    public bool IsIn(Phase phase) => phase switch
    {
        Phase.StreamBefore => IsInStreams,
        Phase.StreamAfter => IsInAfter,
        _ => IsInCompletes,
    };

    public string WordFor(Wire upstream, Phase phase)
    {
        var isEvents = phase != Phase.Complete && upstream.StreamContentType == "text/event-stream";
        return isEvents ? (phase == Phase.StreamAfter ? AfterEventsWord : null) ?? EventStreamWord ?? Word : Word;
    }

    /// <summary>
    /// The statuses that fit. A provider's own goes on, unless the caller's protocol says the same with another: overload is 529 to
    /// Anthropic's clients, and Google has no 529. An error inside a 200 has the status that its words stand for, or none.
    /// </summary>
    public int[] StatusesFor(MatrixCell cell, string word) => (Status, word) switch
    {
        (503 or 529, _) when cell.Caller != cell.First => [cell.Caller.Dialect == "anthropic-messages" ? 529 : cell.Caller.Dialect == "gemini" ? 503 : Status],
        (500, _) when IsInAfter => [500, 502],
        (> 0, _) => [Status],
        (_, "upstream_timeout") => [504],
        _ => [502],
    };

    /// <summary>The provider's side of one call.</summary>
    public Task ActAsync(UpstreamCall call, Wire wire, Phase phase) => (phase switch
    {
        Phase.StreamBefore => Stream!,
        Phase.StreamAfter => After!,
        _ => Complete!,
    })(call, wire);

    /// <summary>The faulty provider's settings. It alone is waited for a short time, so that a slow machine makes no other fault of it.</summary>
    public string SettingsFor(Phase phase) => Settings + (!IsSlow ? "" : phase == Phase.StreamAfter ? ",\"idleTimeout\":\"100ms\"" : ",\"firstOutputTimeout\":\"100ms\"");
}
