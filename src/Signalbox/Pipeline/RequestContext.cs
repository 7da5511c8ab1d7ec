using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Signalbox.Dialects;
using Signalbox.Pipeline.Reading;
using Signalbox.Routing;
using Signalbox.Routing.Decisions;
using Signalbox.Routing.Profiles;
using Signalbox.Sensitivity;
using Signalbox.Sensitivity.Masking;

namespace Signalbox.Pipeline;

/// <summary>One request on its way through the pipeline.</summary>
internal sealed record RequestContext
{
    private const int DigestBytes = 12;

    private int _attempts;
    private DecisionRecord? _decision;

    /// <summary>The gateway's id of the request, e.g. for <c>x-signalbox-request-id</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The configuration's runtime image that this request started with and keeps.</summary>
    public required GatewaySnapshot Snapshot { get; init; }

    /// <summary>Where the answer goes.</summary>
    public required Caller Caller { get; init; }

    /// <summary>The caller's protocol; null for a caller in this process.</summary>
    public IDialect? Dialect { get; init; }

    /// <summary>What the routes are called that a caller without a dialect uses, e.g. <c>application</c>.</summary>
    public string? CallerName { get; init; }

    /// <summary>The model version that the request was given to; null where the caller named a model or route.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>The caller's parsed body, where only its <c>signalbox</c> object is for the pipeline.</summary>
    public System.Text.Json.JsonElement HintBody { get; init; }

    /// <summary>The request on whose behalf this one is made (a sample, a checker's question); null for a caller's own.</summary>
    public RequestContext? Origin { get; init; }

    /// <summary>The body as it came, without a byte order mark, or as it was masked; empty for a caller in this process.</summary>
    public ReadOnlyMemory<byte> Body { get; set => field = RequestBody.WithoutMark(value); }

    /// <summary>Model and stream switch, where the protocol has them in the path.</summary>
    public string? PathModel { get; init; }

    public bool? PathStream { get; init; }

    /// <summary>The caller's headers that a provider of the same dialect is given.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> PassedHeaders { get; init; } = [];

    /// <summary>The caller's <c>x-signalbox-*</c> headers: what it says about the request.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> HintHeaders { get; init; } = [];

    /// <summary>The key that the caller presented; null without one. A secret: it is forgotten with the request.</summary>
    public string? PresentedKey { get; init; }

    /// <summary>A digest of the key, which tells callers apart and may be kept.</summary>
    public string? KeyId => PresentedKey is { } key ? Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(key.AsSpan())).AsSpan(0, DigestBytes)) : null;

    /// <summary>Whether somebody is going to read the decision: then all of the profile is worked out, needed or not.</summary>
    public bool IsExplained { get => field || IsDryRun; init; }

    /// <summary>What the caller says about the request, once it has been read.</summary>
    public CallerHints Hints { get; set; } = CallerHints.None;

    /// <summary>What the request is, once that is known.</summary>
    public RequestProfile? Profile { get; set; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The price of the deployment that serves, on the day of the request; null when it is not known.</summary>
    public Catalog.ModelPrice? Price => Deployment?.Model.PriceOn(DateOnly.FromDateTime(StartedAt.UtcDateTime));

    public CancellationToken Aborted { get; init; }

    /// <summary>Whether the request is only planned: nothing is sent, and nothing is remembered of it.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>The request in the vocabulary, once it has been read.</summary>
    public DialectRequest Request { get; set; } = null!;

    /// <summary>The parsed body; disposed with the request.</summary>
    public System.Text.Json.JsonDocument? Document { get; set; }

    /// <summary>What may be done with the request. Confidential until it has been looked at.</summary>
    public SensitivityLabel Sensitivity { get; set; } = SensitivityLabel.Confidential;

    /// <summary>What was found in the request; null until it has been looked at.</summary>
    public SensitivityReport? Inspection { get; set; }

    /// <summary>What the placeholders in the request stand for; null where nothing was masked.</summary>
    public MaskTable? Mask { get; set; }

    /// <summary>Where the request may go.</summary>
    public RouteTargets? Targets { get; set; }

    /// <summary>The deployment that serves, or that was tried last.</summary>
    public Deployment? Deployment { get; set; }

    /// <summary>Why the request is answered as it is.</summary>
    public DecisionRecord Decision => _decision ??= new DecisionRecord { RequestId = Id, StartedAt = StartedAt, Dialect = CallerName ?? Dialect?.Name, IsDryRun = IsDryRun, ModelVersion = ModelVersion };

    /// <summary>How many calls were made upstream.</summary>
    public int Attempts => _attempts;

    /// <summary>Counts a call that is being sent upstream. Several may be sent at once.</summary>
    public void CountAttempt()
    {
        Interlocked.Increment(ref _attempts);
        Origin?.CountAttempt();
    }

    /// <summary>What the attempt that serves did not carry over unchanged.</summary>
    public LossReport Losses { get; set; } = new();
}
