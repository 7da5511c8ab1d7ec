using Signalbox.Dialects;
using Signalbox.Routing.Planning;

namespace Signalbox.Routing.Decisions;

/// <summary>
/// Why a request was answered as it was: the plan, every attempt, and how it ended. Written while the request is on its way, read
/// afterwards. Holds no text of prompts or answers.
/// </summary>
internal sealed class DecisionRecord
{
    private readonly Lock _lock = new();
    private readonly List<AttemptRecord> _attempts = [];

    public required string RequestId { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The model or route as the caller named it.</summary>
    public string? RequestedModel { get; set; }

    public string? Route { get; set; }

    public RoutePlan? Plan { get; set; }

    /// <summary>Full name of the deployment whose answer was served; null where none was.</summary>
    public string? ServedBy { get; set; }

    public GatewayError? Error { get; set; }

    public decimal? CostUsd { get; set; }

    public TimeSpan? Duration { get; set; }

    /// <summary>Calls sent upstream, in the order in which they began.</summary>
    public IReadOnlyList<AttemptRecord> Attempts
    {
        get
        {
            lock (_lock)
            {
                return [.. _attempts];
            }
        }
    }

    public void Add(AttemptRecord attempt)
    {
        lock (_lock)
        {
            _attempts.Add(attempt);
        }
    }
}
