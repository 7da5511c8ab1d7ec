namespace Signalbox.Resilience;

/// <summary>What concerns every model under one key at one address. Knows neither.</summary>
internal sealed class CredentialState
{
    private readonly Cooldown _cooldown = new();
    private volatile bool _isUnreachable;

    /// <summary>Whether its active health checks have failed.</summary>
    public bool IsUnreachable
    {
        get => _isUnreachable;
        set => _isUnreachable = value;
    }

    public Rest Rest(DateTimeOffset now) => _isUnreachable
        ? new Rest(now.UtcTicks + TimeSpan.TicksPerSecond, IsGuess: true, Dialects.ErrorKind.UpstreamUnavailable)
        : _cooldown.Read(now);

    public void Set(in Rest rest, DateTimeOffset now) => _cooldown.Set(rest, now);

    /// <summary>It was accepted.</summary>
    public void Disprove()
    {
        if (_isUnreachable)
        {
            _isUnreachable = false;
        }

        _cooldown.Disprove();
    }
}
