using Signalbox.Configuration.Resilience;
using Signalbox.Providers;
using Signalbox.Routing;

namespace Signalbox.Resilience;

/// <summary>
/// Active health checks: asks each provider from time to time whether it is there. Started by the host; without the setting there
/// is not even a timer that runs.
/// </summary>
internal sealed class HealthMonitor : IDisposable
{
    private readonly TimeProvider _time;
    private readonly DeploymentBoard _board;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _timer;
    private readonly Dictionary<string, int> _failures = new(StringComparer.Ordinal);
    private volatile GatewaySnapshot? _snapshot;
    private bool _isStarted;
    private int _isChecking;

    public HealthMonitor(TimeProvider time, DeploymentBoard board)
    {
        (_time, _board) = (time, board);
        _timer = time.CreateTimer(static state => _ = ((HealthMonitor)state!).CheckAsync(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Start(GatewaySnapshot snapshot)
    {
        _isStarted = true;
        Apply(snapshot);
    }

    /// <summary>Takes a configuration that comes into force.</summary>
    public void Apply(GatewaySnapshot snapshot)
    {
        if (_isStarted)
        {
            var config = snapshot.Config.Resilience.HealthChecks;
            var before = _snapshot;
            _snapshot = snapshot;
            if (!config.Enabled && before is not null)
            {
                Forget(before);
            }

            var interval = config.Enabled ? config.Interval : Timeout.InfiniteTimeSpan;
            _timer.Change(config.Enabled ? TimeSpan.Zero : interval, interval);
        }
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _timer.Dispose();
    }

    /// <summary>One round; the next begins only after it.</summary>
    private async Task CheckAsync()
    {
        if (_snapshot is not { } snapshot || Interlocked.Exchange(ref _isChecking, 1) != 0)
        {
            return;
        }

        try
        {
            await Task.WhenAll(snapshot.Providers.OfType<HttpProvider>().Select(provider => CheckAsync(provider, snapshot.Config.Resilience.HealthChecks)));
        }
        finally
        {
            Volatile.Write(ref _isChecking, 0);
        }
    }

    private async Task CheckAsync(HttpProvider provider, HealthCheckConfig config)
    {
        using var limit = new CancellationTokenSource(config.Timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, _stopping.Token);
        var isReachable = await provider.IsReachableAsync(either.Token);
        lock (_failures)
        {
            if (_stopping.IsCancellationRequested || _snapshot is { Config.Resilience.HealthChecks.Enabled: false })
            {
                return;
            }

            var failures = _failures[provider.Name] = isReachable ? 0 : _failures.GetValueOrDefault(provider.Name) + 1;
            var credential = CredentialOf(provider);
            var isUnreachable = failures >= config.Failures;
            if (credential.IsUnreachable != isUnreachable)
            {
                credential.IsUnreachable = isUnreachable;
                _board.Notices.HealthChanged(provider.Name, isUnreachable);
            }
        }
    }

    /// <summary>What nobody checks any more has no failed checks: nothing would ever say that it is well again.</summary>
    private void Forget(GatewaySnapshot before)
    {
        lock (_failures)
        {
            _failures.Clear();
            foreach (var provider in before.Providers.OfType<HttpProvider>())
            {
                CredentialOf(provider).IsUnreachable = false;
            }
        }
    }

    private CredentialState CredentialOf(HttpProvider provider) => _board.Credential(provider.Name, provider.Config.BaseUrl, provider.Config.ApiKey);
}
