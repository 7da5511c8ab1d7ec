using Signalbox.Routing.Decisions;

namespace Signalbox.Pipeline.Attempts;

/// <summary>Whole answers that wait for a walk to say which of them is served. Those that are not were paid for all the same.</summary>
internal sealed class HeldAnswers : IDisposable
{
    private readonly List<(int Candidate, Attempt Attempt)> _held = [];

    public void Add(int candidate, Attempt attempt) => _held.Add((candidate, attempt));

    /// <summary>Takes the latest answer of a candidate out; the caller puts it away. Null where none is held.</summary>
    public Attempt? Take(int candidate)
    {
        for (var i = _held.Count - 1; i >= 0; i--)
        {
            if (_held[i].Candidate == candidate)
            {
                var attempt = _held[i].Attempt;
                _held.RemoveAt(i);
                return attempt;
            }
        }

        return null;
    }

    /// <summary>Takes the answer of the highest verdict out; null where none is held.</summary>
    public Attempt? TakeBest()
    {
        var best = -1;
        for (var i = 0; i < _held.Count; i++)
        {
            if (best < 0 || (_held[i].Attempt.Record.Verdict ?? 1) >= (_held[best].Attempt.Record.Verdict ?? 1))
            {
                best = i;
            }
        }

        return best < 0 ? null : Take(_held[best].Candidate);
    }

    /// <summary>Books what is left as wasted.</summary>
    public void Dispose()
    {
        foreach (var (_, attempt) in _held)
        {
            attempt.Close(AttemptOutcome.Wasted);
            attempt.Dispose();
        }

        _held.Clear();
    }
}
