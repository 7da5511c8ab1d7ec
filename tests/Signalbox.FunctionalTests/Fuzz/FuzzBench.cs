using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Signalbox.Dialects;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;
using Signalbox.Pipeline;
using Signalbox.Providers;

namespace Signalbox.FunctionalTests.Fuzz;

/// <summary>The pipeline without a server, once for each dialect of a provider. The provider answers whatever it is asked.</summary>
internal sealed class FuzzBench : IAsyncDisposable
{
    // A translation may add levels to a body of the greatest depth.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 200 };
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, GatewayRuntime> _runtimes = [];
    private readonly FakeUpstream _upstream;

    private FuzzBench(FakeUpstream upstream)
    {
        _upstream = upstream;
        foreach (var wire in Wire.All)
        {
            upstream.On(wire.Dialect, call => TakeAsync(wire, call));
            _runtimes[wire.Dialect] = new GatewayRuntime(GatewayHarness.Parse(Config(upstream, wire.Dialect)), TimeProvider.System);
        }
    }

    /// <summary>A body that reached a provider and was no strict JSON.</summary>
    public string? BadUpstreamBody { get; private set; }

    /// <summary>How many requests reached a provider.</summary>
    public int Asked { get; private set; }

    public static async Task<FuzzBench> StartAsync() => new(await FakeUpstream.StartAsync());

    /// <summary>A configuration in which the model <c>m</c> is one of a provider of that dialect.</summary>
    public static string Config(FakeUpstream upstream, string dialect) => $$"""
        { "providers": { "{{dialect}}": { "dialect": "{{dialect}}", "baseUrl": "{{upstream.BaseUrl(dialect)}}", "apiKey": "key" } },
          "models": { "m": { "provider": "{{dialect}}", "upstream": "m" } } }
        """;

    public static Task AnswerAsync(Wire wire, UpstreamCall call)
    {
        using var asked = JsonDocument.Parse(call.Body, Strict);
        var switched = asked.RootElement.TryGetProperty("stream", out var given) ? given.ValueKind : JsonValueKind.Null;
        var stream = wire.Dialect switch
        {
            "gemini" => call.Path.EndsWith("streamGenerateContent", StringComparison.Ordinal),
            "ollama" => switched is JsonValueKind.True or JsonValueKind.Null,
            _ => switched is JsonValueKind.True,
        };
        return stream ? call.AnswerAsync(200, wire.StreamContentType, string.Concat(wire.Pieces)) : call.AnswerAsync(200, "application/json", wire.Complete);
    }

    /// <summary>Runs a body through the pipeline; what is wrong with the outcome, or null. Blocks: properties are synchronous.</summary>
    public string? Complaint(string dialect, string target, byte[] body) => RunAsync(dialect, target, body).GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        foreach (var runtime in _runtimes.Values)
        {
            runtime.Dispose();
        }

        await _upstream.DisposeAsync();
    }

    private async Task<string?> RunAsync(string dialect, string target, byte[] body)
    {
        var runtime = _runtimes[target];
        var spoken = DialectSet.Find(dialect)!;
        var caller = new FuzzCaller(spoken);
        using var abort = new CancellationTokenSource();
        var context = new RequestContext
        {
            Id = "fuzz",
            Snapshot = runtime.Snapshot,
            Caller = caller,
            Dialect = spoken,
            Body = body,
            PathModel = spoken.HasModelInBody ? null : "m",
            PathStream = spoken.HasModelInBody ? null : body.Length % 2 == 0,
            StartedAt = runtime.Time.GetUtcNow(),
            Aborted = abort.Token,
        };
        BadUpstreamBody = null;
        try
        {
            await runtime.Pipeline.RunAsync(context).WaitAsync(Limit);
        }
        catch (Exception e)
        {
            await abort.CancelAsync();
            return $"threw {e}";
        }

        _upstream.Forget();
        return BadUpstreamBody is { } bad ? "sent no strict JSON on: " + bad : caller.Complaint();
    }

    private Task TakeAsync(Wire wire, UpstreamCall call)
    {
        Asked++;
        try
        {
            using var parsed = JsonDocument.Parse(call.Body, Strict);
        }
        catch (JsonException)
        {
            BadUpstreamBody = call.Text;
            return call.AnswerAsync(400, "application/json", wire.Error("no JSON"));
        }

        return AnswerAsync(wire, call);
    }

    private static string ErrorText(FailedAnswer failure, IDialect dialect)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            dialect.WriteError(failure.Error, "fuzz", json);
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <summary>A caller who keeps what is said.</summary>
    private sealed class FuzzCaller : WireCaller
    {
        private readonly IDialect _dialect;
        private readonly MemoryStream _bytes = new();
        private int _status;
        private bool _aborted;
        private FailedAnswer? _failure;

        public FuzzCaller(IDialect dialect)
        {
            _dialect = dialect;
            Body = PipeWriter.Create(_bytes);
        }

        public override PipeWriter Body { get; }

        public override void SetHeader(string name, string value)
        {
        }

        public override void Start(int status, string contentType, long? length = null) => _status = status;

        public override void Abort() => _aborted = true;

        public override Task RefuseAsync(RequestContext context, FailedAnswer failure)
        {
            _failure = failure;
            _status = failure.Body is null ? _dialect.StatusOf(failure.Error) : failure.Error.Status;
            return Task.CompletedTask;
        }

        public string? Complaint()
        {
            if (_aborted)
            {
                return "cut the connection";
            }

            if (_failure is { } failure)
            {
                using var parsed = JsonDocument.Parse(ErrorText(failure, _dialect));
                var names = failure.Error is { Kind: ErrorKind.NotFound } or { Field.Length: > 0 } || failure.Error.Message.StartsWith("The body", StringComparison.Ordinal);
                return _status is < 400 or >= 500 ? $"refused with {_status}: {failure.Error.Message}"
                    : !names || failure.Error.Message.Length == 0 ? $"named no field: {failure.Error}" : null;
            }

            var text = Encoding.UTF8.GetString(_bytes.ToArray());
            return _status != 200 ? $"answered {_status}" : text.Contains("Hello", StringComparison.Ordinal) ? null : "answered without the provider's text: " + text;
        }
    }
}
