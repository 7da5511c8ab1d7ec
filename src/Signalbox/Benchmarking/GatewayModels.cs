using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Catalog;
using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Pipeline.Attempts;
using Signalbox.Providers;
using Signalbox.Providers.Local;
using Signalbox.Routing;
using Signalbox.Versions;

namespace Signalbox.Benchmarking;

/// <summary>Asks the models of a gateway on the road of every request, as a caller in this process who takes a stream.</summary>
internal sealed class GatewayModels(GatewayRuntime runtime)
{
    /// <summary>Tag of a benchmark's requests in the usage records.</summary>
    public const string Tag = "benchmark";

    /// <summary>Answers are cut here: a model that never ends must not hold a benchmark up.</summary>
    private const int MostOutputTokens = 512;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private long _asked;

    /// <summary>How many requests were made here.</summary>
    public long Asked => Interlocked.Read(ref _asked);

    /// <summary>Whom to ask: those given, else those of the configuration's section, else the versions that can be asked where there are two, else the
    /// models of this process and of the route <c>auto</c>.</summary>
    public static IReadOnlyList<string> Choose(GatewayRuntime runtime, IReadOnlyList<string> given)
    {
        var snapshot = runtime.Snapshot;
        if (given.Count > 0)
        {
            return [.. given.Distinct(StringComparer.Ordinal)];
        }

        if (snapshot.Config.Benchmark.Models is { Count: > 0 } configured)
        {
            return [.. configured.Distinct(StringComparer.Ordinal)];
        }

        // Versions whose model is configured, and the active one that somebody has chosen; of two names of one model and adapter, one.
        var versions = runtime.Versions.Known.Where(version => IsChosen(runtime, version) || snapshot.Find(version.Model) is { Targets.Count: > 0 })
            .DistinctBy(static version => (version.Model, version.Lora)).ToArray();
        var ailing = versions.Where(version => IsAiling(snapshot, version)).ToArray();
        if (versions.Length - ailing.Length > 1)
        {
            return [.. versions.Select(static version => version.Name).Take(BenchmarkPlan.MostModels)];
        }

        var auto = snapshot.Find(RouteNames.Auto)?.Targets.Select(static target => target.Id) ?? [];
        return [.. snapshot.Models.Where(static model => model.Model.Kind == ModelKind.Chat && model.ProviderName == LocalProvider.ProviderName).Select(static model => model.Id)
            .Concat(auto).Concat(ailing.Select(static version => version.Name)).Distinct(StringComparer.Ordinal).Take(BenchmarkPlan.MostModels)];
    }

    /// <summary>Whether a name leads to something that can be asked.</summary>
    public static bool Knows(GatewayRuntime runtime, string name) => runtime.Versions.Find(name) is not null || runtime.Snapshot.Find(name) is { Targets.Count: > 0 };

    /// <summary>Whether it can be foreseen that a version will not answer: something is missing, or its file is no model.</summary>
    private static bool IsAiling(GatewaySnapshot snapshot, ModelVersion version) => VersionLack.Of(snapshot, version) is not null
        || (snapshot.Find(version.Model) is { IsModel: true, Targets: [{ Provider: LocalProvider local, Upstream: var file }, ..] } && local.Describe(file) is null);

    private static bool IsChosen(GatewayRuntime runtime, ModelVersion version) =>
        version == runtime.Versions.Active && (runtime.Snapshot.Config.ModelVersion is not null || version.Name != BuiltInVersions.Custom);

    public async Task<ModelReply> AskAsync(string model, BenchmarkPrompt prompt, CancellationToken cancel)
    {
        var version = runtime.Named(model) ?? new ModelVersion(model, model);
        if (runtime.Versions.Find(version.Name) is not null && VersionLack.Of(runtime.Snapshot, version) is { } lack)
        {
            return new ModelReply { Latency = TimeSpan.Zero, Error = $"{GatewayError.WordOf(ErrorKind.UpstreamUnavailable)}: {lack}" };
        }

        using var late = new CancellationTokenSource(Patience, runtime.Time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancel, late.Token);
        var listener = new Listener(runtime.Time);
        var context = Context(version, prompt, listener, stop.Token);
        Interlocked.Increment(ref _asked);
        listener.Start();
        await runtime.Pipeline.RunAsync(context);
        var latency = listener.Elapsed;
        cancel.ThrowIfCancellationRequested();
        if (late.IsCancellationRequested)
        {
            return new ModelReply { Latency = latency, Error = $"no whole answer within {Patience.TotalSeconds:0} seconds" };
        }

        var served = AttemptTotals.Served(context.Decision.Attempts);
        return new ModelReply
        {
            Text = listener.Text,
            Latency = latency,
            FirstToken = listener.FirstText,
            OutputTokens = served.Usage?.OutputTokenCount,
            CostUsd = served.CostUsd,
            Error = listener.Error is { } error ? $"{error.Word}: {error.Message}" : null,
        };
    }

    private RequestContext Context(ModelVersion version, BenchmarkPrompt prompt, Listener listener, CancellationToken cancel)
    {
        var options = new ChatOptions
        {
            MaxOutputTokens = MostOutputTokens,
            ResponseFormat = FormatOf(prompt),
            AdditionalProperties = new() { ["signalbox.tags"] = Tag + "=true", ["signalbox.cache"] = "bypass" },
        };
        return new RequestContext
        {
            Id = RequestIds.New(),
            Snapshot = runtime.Snapshot,
            Caller = listener,
            StartedAt = runtime.Time.GetUtcNow(),
            Aborted = cancel,
            Request = version.Request([new ChatMessage(ChatRole.User, prompt.Prompt)], options, stream: true),
        };
    }

    private static ChatResponseFormat? FormatOf(BenchmarkPrompt prompt)
    {
        if (prompt.Schema is not { } schema)
        {
            return null;
        }

        using var document = JsonDocument.Parse(schema);
        return ChatResponseFormat.ForJsonSchema(document.RootElement.Clone(), "answer");
    }

    /// <summary>Reads a stream and looks at the clock.</summary>
    private sealed class Listener(TimeProvider time) : InProcessCaller
    {
        private readonly StringBuilder _text = new();
        private long _start;

        public GatewayError? Error { get; private set; }

        public TimeSpan? FirstText { get; private set; }

        public string Text => _text.ToString();

        public TimeSpan Elapsed => time.GetElapsedTime(_start);

        public void Start() => _start = time.GetTimestamp();

        public override ValueTask TakeAsync(ChatResponseUpdate update, CancellationToken cancel)
        {
            if (update.Text.Length > 0)
            {
                FirstText ??= Elapsed;
                _text.Append(update.Text);
            }

            return ValueTask.CompletedTask;
        }

        public override void Take(ChatResponse response) => _text.Append(response.Text);

        public override void Fail(GatewayError error) => Error = error;

        public override Task RefuseAsync(RequestContext context, FailedAnswer failure)
        {
            Error = failure.Error;
            return Task.CompletedTask;
        }
    }
}
