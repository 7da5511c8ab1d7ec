using System.Text.Json;
using Signalbox.Benchmarking.Reports;
using Signalbox.Configuration.Benchmarks;
using Signalbox.Pipeline;

namespace Signalbox.Benchmarking;

/// <summary>
/// Benchmarks that begin by themselves after a number of requests: beside the requests, never two at once, cancelled by a reload and at the
/// end of the process. Knows the latest result, whoever has measured it.
/// </summary>
internal sealed class BenchmarkDesk(GatewayRuntime runtime) : IDisposable
{
    private const int Resamples = 1_999;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(2);

    private readonly GatewayModels _models = new(runtime);
    private readonly Lock _lock = new();
    private BenchmarkHistory? _history;
    private CancellationTokenSource? _stop;
    private Task _loop = Task.CompletedTask;
    private bool _isStarted;
    private volatile byte[]? _interim;
    private volatile RunningBenchmark? _running;

    public BenchmarkHistory History
    {
        get
        {
            lock (_lock)
            {
                return _history ??= new BenchmarkHistory(runtime.DataFolder);
            }
        }
    }

    /// <summary>Begins to count requests, where the configuration has benchmarks switched on.</summary>
    public void Start(BenchmarkConfig config)
    {
        lock (_lock)
        {
            _isStarted = true;
        }

        Apply(config);
    }

    /// <summary>Ends what is running and goes on as the configuration says now.</summary>
    public void Apply(BenchmarkConfig config)
    {
        lock (_lock)
        {
            if (!_isStarted)
            {
                return;
            }

            _stop?.Cancel();
            _stop = null;
            if (config.Enabled == true)
            {
                _stop = new CancellationTokenSource();
                var (before, stop) = (_loop, _stop.Token);
                _loop = Task.Run(() => LoopAsync(before, config, stop));
            }
        }
    }

    /// <summary>The latest result as the fields of an object, and what is being measured.</summary>
    public void WriteSummary(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        var running = _running;
        if ((running is null ? null : _interim) is { } interim)
        {
            CopyFields(json, interim);
        }
        else if (History.Last() is not { } last || !CopyFields(json, last))
        {
            ReportJson.WriteEmpty(json);
            json.WriteString("message", running is null
                ? "No benchmark has run yet. Start one with 'signalbox bench', or set ENABLE_BENCHMARKING=true (benchmark.enabled) to have one run by itself; docs/benchmark.md."
                : "The first benchmark is running; there is a result as soon as every prompt has been asked once.");
        }

        if (running is null)
        {
            json.WriteNull("running");
        }
        else
        {
            json.WriteStartObject("running");
            json.WriteString("started_at", running.StartedAt);
            json.WriteNumber("calls", running.Progress.Calls);
            json.WriteNumber("of", running.Progress.AllCalls);
            json.WriteString("doing", running.RestsUntil is null ? running.Progress.Doing : "resting");
            if (running.RestsUntil is { } until)
            {
                json.WriteString("rests_until", until);
            }
            else
            {
                json.WriteNull("rests_until");
            }

            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    public void Dispose()
    {
        Task loop;
        lock (_lock)
        {
            _stop?.Cancel();
            (_stop, _isStarted, loop) = (null, false, _loop);
        }

        // What it asks goes through connections that are about to be closed.
        loop.Wait(EndPatience);
    }

    private static bool CopyFields(Utf8JsonWriter json, byte[] line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            foreach (var field in document.RootElement.EnumerateObject())
            {
                field.WriteTo(json);
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Somebody has edited the history; what it says cannot be told.
            return false;
        }
    }

    private async Task LoopAsync(Task before, BenchmarkConfig config, CancellationToken cancel)
    {
        try
        {
            // Never two at once: the one before is cancelled and ends first.
            await before;
            var seen = Requests();
            while (true)
            {
                await Task.Delay(Look, runtime.Time, cancel);
                if (Requests() - seen >= (config.IntervalRequests ?? BenchmarkConfig.DefaultInterval))
                {
                    seen = Requests();
                    await RunAsync(config, cancel);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // A reload, or the end.
        }
        catch (Exception e)
        {
            runtime.Services.Board.Notices.Sink?.Invoke($"benchmarks have stopped by a defect until the configuration changes: {e.Message}");
        }
    }

    /// <summary>The requests of callers; a benchmark's own do not begin the next one.</summary>
    private long Requests() => runtime.Journal.Total - _models.Asked;

    private async Task RunAsync(BenchmarkConfig config, CancellationToken cancel)
    {
        var problems = new List<string>();
        var prompts = config.Prompts is { } file ? PromptSet.Load(file, problems, cancel) : PromptSet.BuiltIn();
        var names = GatewayModels.Choose(runtime, []);
        if (prompts is null || names.Count == 0)
        {
            runtime.Services.Board.Notices.Sink?.Invoke("no benchmark was run: " + (prompts is null ? string.Join("; ", problems) : "there is no model to ask; name some in benchmark.models"));
            return;
        }

        var startedAt = runtime.Time.GetUtcNow();
        var pace = new BenchmarkPace(config.MaxShare, runtime.Journal, runtime.Time);
        var plan = new BenchmarkPlan { Models = names, Prompts = prompts, Runs = config.Runs, Trigger = "automatic" };
        _running = new RunningBenchmark(startedAt, default);
        try
        {
            var run = new BenchmarkRun(plan, _models.AskAsync, runtime.Time)
            {
                Resamples = Resamples,
                Yield = pace.YieldAsync,
                Rest = (busy, token) => RestAsync(pace, busy, token),
                Progress = progress => _running = new RunningBenchmark(startedAt, progress),
                Interim = report => _interim = ReportJson.Write(report),
            };
            var report = await run.RunAsync(cancel);
            if (report.IsComplete && History.Add(ReportJson.Write(report)) is { } problem)
            {
                runtime.Services.Board.Notices.Sink?.Invoke(problem);
            }
        }
        finally
        {
            (_running, _interim) = (null, null);
        }
    }

    /// <summary>A rest may take far longer than the call before it; whoever looks is told until when.</summary>
    private async Task RestAsync(BenchmarkPace pace, TimeSpan busy, CancellationToken cancel)
    {
        _running = _running! with { RestsUntil = pace.RestAfter(busy) is { Ticks: > 0 } rest ? runtime.Time.GetUtcNow() + rest : null };
        await pace.RestAsync(busy, cancel);
        _running = _running! with { RestsUntil = null };
    }

    private sealed record RunningBenchmark(DateTimeOffset StartedAt, BenchmarkProgress Progress)
    {
        /// <summary>Null while it is at work.</summary>
        public DateTimeOffset? RestsUntil { get; init; }
    }
}
