namespace Signalbox.Resilience;

/// <summary>
/// Bounds extra calls to a share of the requests of the last while: over its window there are never more than
/// <c>minimum + share x requests</c> of them. Counts in ten slots, of which the oldest leaves as time goes on.
/// </summary>
internal sealed class ShareBudget
{
    private const int Slots = 10;

    private readonly Lock _lock = new();
    private readonly int[] _requests = new int[Slots];
    private readonly int[] _extras = new int[Slots];
    private double _share;
    private int _minimum;
    private long _slotTicks;
    private long _slot;
    private int _requestSum;
    private int _extraSum;

    public ShareBudget(double share, int minimum, TimeSpan window) => Configure(share, minimum, window);

    /// <summary>Takes new bounds. What was counted stays counted.</summary>
    public void Configure(double share, int minimum, TimeSpan window)
    {
        lock (_lock)
        {
            (_share, _minimum, _slotTicks) = (share, minimum, Math.Max(1, window.Ticks / Slots));
        }
    }

    /// <summary>Counts a request, which brings its share of an extra call.</summary>
    public void Note(DateTimeOffset now)
    {
        lock (_lock)
        {
            var slot = MoveTo(now);
            _requests[slot]++;
            _requestSum++;
        }
    }

    /// <summary>Takes an extra call, where there is one left.</summary>
    public bool TryTake(DateTimeOffset now)
    {
        lock (_lock)
        {
            var slot = MoveTo(now);
            if (_extraSum + 1 > _minimum + (_share * _requestSum))
            {
                return false;
            }

            _extras[slot]++;
            _extraSum++;
            return true;
        }
    }

    /// <summary>Gives back an extra call that was taken and not made.</summary>
    public void Return(DateTimeOffset now)
    {
        lock (_lock)
        {
            var slot = MoveTo(now);
            if (_extras[slot] > 0)
            {
                _extras[slot]--;
                _extraSum--;
            }
        }
    }

    /// <summary>Forgets the slots that time has passed over; a clock that goes back changes nothing.</summary>
    private int MoveTo(DateTimeOffset now)
    {
        var slot = now.UtcTicks / _slotTicks;
        if (slot > _slot)
        {
            for (var passed = Math.Max(_slot + 1, slot - Slots + 1); passed <= slot; passed++)
            {
                var i = (int)(passed % Slots);
                _requestSum -= _requests[i];
                _extraSum -= _extras[i];
                (_requests[i], _extras[i]) = (0, 0);
            }

            _slot = slot;
        }

        return (int)(_slot % Slots);
    }
}
