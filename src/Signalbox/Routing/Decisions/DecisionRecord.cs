using Signalbox.Dialects;
using Signalbox.Experiments;
using Signalbox.Routing.Planning;
using Signalbox.Sensitivity;

namespace Signalbox.Routing.Decisions;

/// <summary>
/// Why a request was answered as it was: the plan, every attempt, and how it ended. Written while the request is on its way, read
/// afterwards. Holds no text of prompts or answers.
/// </summary>
internal sealed class DecisionRecord
{
    // Ten thousand records are kept, and each object in them is moved about by the garbage collector: a plain array, replaced when it grows.
    private AttemptRecord[] _attempts = [];
    private volatile bool _isFinished;
    private Feedback? _feedback;

    public required string RequestId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The caller's dialect; null for a caller in this process.</summary>
    public string? Dialect { get; init; }

    public RequestKind Kind { get; set; }

    /// <summary>Whether the request was only planned, to see what would become of it.</summary>
    public bool IsDryRun { get; init; }

    /// <summary>The place that a <see cref="DecisionStore"/> has given it.</summary>
    public long Sequence { get; set; } = -1;

    /// <summary>The model or route as the caller named it.</summary>
    public string? RequestedModel { get; set; }

    public string? Route { get; set; }

    public RoutePlan? Plan { get; set; }

    /// <summary>The language that the prompt is written in, e.g. <c>en</c>; null where nobody has looked.</summary>
    public string? Language { get; set; }

    /// <summary>What kinds of sensitive content were found, never the content; null where nobody has looked.</summary>
    public IReadOnlyList<string>? SensitiveKinds { get; set; }

    /// <summary>Whether the request looks like a prompt injection; null where nobody has looked.</summary>
    public InjectionSignal? Injection { get; set; }

    /// <summary>Full name of the deployment whose answer was served; null where none was.</summary>
    public string? ServedBy { get; set; }

    /// <summary>The model version that the caller was given, where it asked for whichever is active; null elsewhere.</summary>
    public string? ModelVersion { get; init; }

    /// <summary>What the answer is about, where the model says so itself.</summary>
    public string? Topic { get; set; }

    /// <summary>How probable it is that the answer is right, 0 to 1, where that was asked for and the model says so.</summary>
    public double? Confidence { get; set; }

    public GatewayError? Error { get; set => field = DecisionErrorText.ToKeep(value); }

    public decimal? CostUsd { get; set; }

    /// <summary>What somebody thinks of the answer, the latest word; null where nobody has said.</summary>
    public Feedback? Feedback { get => Volatile.Read(ref _feedback); set => Volatile.Write(ref _feedback, value); }

    public TimeSpan? Duration { get; set; }

    /// <summary>Whether the caller hung up before the end.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>Whether the answer has ended. What is said of its end may be read from then on.</summary>
    public bool IsFinished => _isFinished;

    /// <summary>Calls sent upstream, in the order in which they began.</summary>
    public IReadOnlyList<AttemptRecord> Attempts => Volatile.Read(ref _attempts);

    /// <summary>Adds an attempt that begins. Several may begin at once.</summary>
    public void Add(AttemptRecord attempt)
    {
        var before = Volatile.Read(ref _attempts);
        while (Interlocked.CompareExchange(ref _attempts, [.. before, attempt], before) is var now && now != before)
        {
            before = now;
        }
    }

    /// <summary>The decision about a request that did not come as far as the pipeline.</summary>
    public static DecisionRecord Refused(string requestId, DateTimeOffset at, string dialect, GatewayError error, string? modelVersion = null)
    {
        var decision = new DecisionRecord { RequestId = requestId, StartedAt = at, Dialect = dialect, Error = error, Duration = TimeSpan.Zero, ModelVersion = modelVersion };
        decision.Finish();
        return decision;
    }

    /// <summary>Says that nothing will be written any more. Called once, last.</summary>
    public void Finish()
    {
        Plan?.Input.Seal();
        _isFinished = true;
    }
}

/// <summary>What a request asks for.</summary>
internal enum RequestKind
{
    Chat,
    Embedding,
    TokenCount,
}
