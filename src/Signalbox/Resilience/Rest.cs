using Signalbox.Dialects;

namespace Signalbox.Resilience;

/// <summary>Why a deployment is left alone for now, and until when.</summary>
/// <param name="UntilTicks">UTC ticks; 0 where it does not rest.</param>
/// <param name="IsGuess">Whether nobody knows that it needs the rest: where nothing else is left, it is asked all the same.</param>
/// <param name="Kind">What brought it about.</param>
internal readonly record struct Rest(long UntilTicks, bool IsGuess, ErrorKind Kind)
{
    public bool IsOn => UntilTicks != 0;

    public TimeSpan Left(DateTimeOffset now) => TimeSpan.FromTicks(Math.Max(0, UntilTicks - now.UtcTicks));

    /// <summary>Of two rests the one that weighs more: what is known before what is guessed, then the longer.</summary>
    public static Rest Longer(in Rest a, in Rest b) =>
        !a.IsOn ? b
        : !b.IsOn ? a
        : a.IsGuess != b.IsGuess ? (a.IsGuess ? b : a)
        : a.UntilTicks >= b.UntilTicks ? a : b;
}

/// <summary>A rest that is set and runs out.</summary>
internal sealed class Cooldown
{
    private readonly Lock _lock = new();
    private Rest _rest;
    private bool _isSet;

    public Rest Read(DateTimeOffset now)
    {
        if (!Volatile.Read(ref _isSet))
        {
            return default;
        }

        lock (_lock)
        {
            if (_rest.UntilTicks > now.UtcTicks)
            {
                return _rest;
            }

            _isSet = false;
            _rest = default;
            return default;
        }
    }

    /// <summary>Rests; a longer rest that is on already stays.</summary>
    public void Set(in Rest rest, DateTimeOffset now)
    {
        lock (_lock)
        {
            _rest = _rest.UntilTicks > now.UtcTicks ? Rest.Longer(_rest, rest) : rest;
            _isSet = true;
        }
    }

    /// <summary>It has answered: what was only guessed was wrong.</summary>
    public void Disprove()
    {
        if (Volatile.Read(ref _isSet))
        {
            lock (_lock)
            {
                if (_rest.IsGuess)
                {
                    _rest = default;
                    _isSet = false;
                }
            }
        }
    }
}
