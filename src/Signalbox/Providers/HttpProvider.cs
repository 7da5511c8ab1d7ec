using System.IO.Compression;
using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Pipeline;
using Signalbox.Sensitivity;

namespace Signalbox.Providers;

/// <summary>A service over HTTP: a dialect, a base URL and a few differences.</summary>
internal sealed partial class HttpProvider : IProvider
{
    /// <summary>An error body is read up to this size; providers' own are a few hundred bytes.</summary>
    private const int MaxErrorBytes = 1024 * 1024;

    private readonly ProviderConfig _config;
    private readonly IDialect _dialect;
    private readonly ProviderDifferences _differences;
    private readonly HttpMessageInvoker _connections;
    private readonly ProviderServices _services;

    public HttpProvider(ProviderConfig config, ProviderServices services)
    {
        _config = config;
        _dialect = DialectSet.Find(config.Dialect!)!;
        _differences = ProviderPresets.Of(config.Name, config.Dialect!);
        _connections = services.Connections.For(config.ConnectTimeout, config.Locality);
        _services = services;
    }

    public string Name => _config.Name;

    public Locality Locality => _config.Locality;

    public ProviderConfig Config => _config;

    public IDialect Dialect => _dialect;

    /// <summary>Whether log probabilities can be asked for without risking that the request is refused for it.</summary>
    public bool GivesLogprobs(CatalogModel model) => _differences.Logprobs && model.Capabilities is { Sampling: true, Reasoning: ReasoningKind.None, ResponsesOnly: false } capabilities
        && !capabilities.RefusedParameters.Contains("logprobs");

    /// <summary>Whether a caller's request in this dialect goes on as it is.</summary>
    public bool Speaks(IDialect? caller)
    {
        if (caller is null)
        {
            return false;
        }

        if (caller.Family == _dialect.Name)
        {
            return true;
        }

        foreach (var also in _config.AlsoDialects)
        {
            if (also == caller.Family)
            {
                return true;
            }
        }

        return false;
    }

    public async Task<ProviderAnswer> SendAsync(ProviderCall call, CancellationToken cancel)
    {
        var context = call.Context;
        if (Interlock.Refuse(context.Sensitivity, Name, Locality) is { } unsafeRoute)
        {
            return new FailedAnswer(unsafeRoute);
        }

        var relays = !call.IsTranslated && Speaks(context.Dialect);
        var spoken = relays ? context.Dialect! : _dialect;
        // Given back with the answer, not before: over HTTP/2 an answer may begin while its request is still being sent.
        var body = new PooledBuffer();
        var refusal = relays
            ? RelayedRequest.Write(call, _differences, body)
            : TranslatedRequest.Write(call, _dialect, _differences, _services, body);
        if (refusal is not null)
        {
            return new FailedAnswer(refusal);
        }

        using var request = CreateRequest(spoken.ChatPath(call.Deployment.Upstream, call.Request.Stream), call.Deployment.Upstream);
        request.Content = new PooledContent(body.Written);
        AddCallerHeaders(request, context.PassedHeaders, relays);
        AddCredentials(request, spoken);
        try
        {
            context.CountAttempt();
            var response = await _connections.SendAsync(request, cancel);
            return await OpenAsync(response, body, spoken, relays, call, cancel);
        }
        catch (HttpRequestException e)
        {
            return new FailedAnswer(Unreachable(e));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new FailedAnswer(NotConnectedInTime());
        }
    }

    /// <summary>Sends a body that is no chat (embeddings, token counts); the answer is read whole.</summary>
    public async Task<SideAnswer> PostAsync(string path, ProviderCall call, ReadOnlyMemory<byte> body, IDialect spoken, CancellationToken cancel)
    {
        if (Interlock.Refuse(call.Context.Sensitivity, Name, Locality) is { } unsafeRoute)
        {
            return new SideAnswer([], "", new FailedAnswer(unsafeRoute));
        }

        var relays = ReferenceEquals(spoken, call.Context.Dialect);
        using var request = CreateRequest(path, call.Deployment.Upstream);
        request.Content = new PooledContent(body);
        AddCallerHeaders(request, call.Context.PassedHeaders, relays);
        AddCredentials(request, spoken);
        try
        {
            call.Context.CountAttempt();
            using var response = await _connections.SendAsync(request, cancel);
            if ((int)response.StatusCode >= 300)
            {
                return new SideAnswer([], "", await ReadFailureAsync(response, spoken, relays, cancel));
            }

            await using var stream = await OpenBodyAsync(response, cancel);
            using var answer = new MemoryStream();
            await stream.CopyToAsync(answer, cancel);
            return new SideAnswer(answer.ToArray(), ContentTypeOf(response), null);
        }
        catch (HttpRequestException e)
        {
            return new SideAnswer([], "", new FailedAnswer(Unreachable(e)));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new SideAnswer([], "", new FailedAnswer(NotConnectedInTime()));
        }
        catch (IOException)
        {
            return new SideAnswer([], "", new FailedAnswer(new GatewayError(ErrorKind.StreamTruncated, $"{Name} ended its answer before it was finished.")));
        }
    }

    /// <summary>Reads an answer with an error status.</summary>
    private async Task<FailedAnswer> ReadFailureAsync(HttpResponseMessage response, IDialect spoken, bool relays, CancellationToken cancel)
    {
        var status = (int)response.StatusCode;
        var contentType = ContentTypeOf(response);
        var bytes = await ReadBoundedAsync(response, cancel);
        var (error, isJson) = ReadError(spoken, status, bytes, contentType);
        var wait = error.RetryAfter ?? RetryAfter.Read(response.Headers, _services.Time.GetUtcNow());
        return new FailedAnswer(error with { RetryAfter = wait })
        {
            Body = relays && isJson ? bytes : null,
            ContentType = contentType,
            Headers = _services.PassedHeaders(response, spoken, relays),
        };
    }

    private HttpRequestMessage CreateRequest(string path, string upstream)
    {
        var isAzurePath = _differences.PathPattern is not null && !_config.BaseUrl!.EndsWith("/v1", StringComparison.Ordinal);
        var target = isAzurePath
            ? _differences.PathPattern!
                .Replace("{model}", Uri.EscapeDataString(upstream), StringComparison.Ordinal)
                .Replace("{path}", path, StringComparison.Ordinal)
                .Replace("{version}", _config.ApiVersion ?? "2024-10-21", StringComparison.Ordinal)
            : path;
        var request = new HttpRequestMessage(HttpMethod.Post, _config.BaseUrl + target);
        if (_differences.Http2 && request.RequestUri!.Scheme == Uri.UriSchemeHttps)
        {
            request.Version = HttpVersion.Version20;
        }

        return request;
    }

    private static void AddCallerHeaders(HttpRequestMessage request, IReadOnlyList<KeyValuePair<string, string>> passed, bool relays)
    {
        if (!relays)
        {
            return;
        }

        for (var i = 0; i < passed.Count; i++)
        {
            request.Headers.TryAddWithoutValidation(passed[i].Key, passed[i].Value);
        }
    }

    private void AddCredentials(HttpRequestMessage request, IDialect spoken)
    {
        if (!string.IsNullOrEmpty(_config.ApiKey))
        {
            request.Headers.TryAddWithoutValidation(_differences.KeyHeader, _differences.KeyPrefix + _config.ApiKey);
        }

        foreach (var (name, value) in spoken.RequiredHeaders)
        {
            if (!request.Headers.NonValidated.Contains(name))
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        foreach (var (name, value) in _config.Headers)
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    private async Task<ProviderAnswer> OpenAsync(HttpResponseMessage response, PooledBuffer body, IDialect spoken, bool relays, ProviderCall call, CancellationToken cancel)
    {
        try
        {
            if ((int)response.StatusCode >= 400)
            {
                using (response)
                {
                    return await ReadFailureAsync(response, spoken, relays, cancel);
                }
            }

            if ((int)response.StatusCode >= 300)
            {
                response.Dispose();
                return new FailedAnswer(new GatewayError(ErrorKind.UpstreamInvalid,
                    $"{Name} answered with a redirect ({(int)response.StatusCode}). Set its baseUrl to the address that it moved to."));
            }

            var stream = await OpenBodyAsync(response, cancel);
            // The answer to a masked request is read, because values are put back into it.
            return new WireAnswer(response, stream, body, spoken) { Relays = relays && call.Context.Mask is null, Headers = _services.PassedHeaders(response, spoken, relays) };
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            response.Dispose();
            return new FailedAnswer(new GatewayError(ErrorKind.UpstreamUnavailable, $"{Name} closed the connection before it had answered."));
        }
    }

    /// <summary>The body, decompressed where the provider compressed it although nobody asked.</summary>
    private static async Task<Stream> OpenBodyAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        var stream = await response.Content.ReadAsStreamAsync(cancel);
        if (!response.Content.Headers.NonValidated.TryGetValues("Content-Encoding", out var encoding))
        {
            return stream;
        }

        return encoding.ToString().Trim().ToLowerInvariant() switch
        {
            "gzip" or "x-gzip" => new GZipStream(stream, CompressionMode.Decompress),
            "br" => new BrotliStream(stream, CompressionMode.Decompress),
            "deflate" => new ZLibStream(stream, CompressionMode.Decompress),
            _ => stream,
        };
    }

    /// <summary>The error, and whether it came as JSON, whatever its content type says: Google's errors of a stream call themselves one.</summary>
    private (GatewayError Error, bool IsJson) ReadError(IDialect spoken, int status, byte[] bytes, string contentType)
    {
        try
        {
            if (bytes.Length > 0)
            {
                using var document = JsonDocument.Parse(bytes);
                return (spoken.ReadError(status, document.RootElement), true);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON: a proxy's page or plain text. Its status still says what to do.
        }

        var what = contentType.Length == 0 ? "no body" : contentType.Split(';')[0];
        return (new GatewayError(ErrorClassifier.ByStatus(status), $"{Name} answered with status {status} and {what} instead of an error in its protocol.") { Status = status }, false);
    }

    private static async Task<byte[]> ReadBoundedAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        try
        {
            await using var stream = await OpenBodyAsync(response, cancel);
            using var buffer = new PooledBuffer();
            int read;
            while (buffer.Length < MaxErrorBytes && (read = await stream.ReadAsync(buffer.GetMemory(4096), cancel)) > 0)
            {
                buffer.Advance(read);
            }

            return buffer.Written.ToArray();
        }
        catch (Exception e) when (e is IOException or InvalidDataException)
        {
            return [];
        }
    }

    /// <summary>The handler tells of a connection that took too long by a cancellation that nobody asked for.</summary>
    private GatewayError NotConnectedInTime() => new(ErrorKind.UpstreamTimeout,
        $"{Name} could not be reached: no connection within {_config.ConnectTimeout.TotalSeconds:0.#} seconds. Check that it runs and that its baseUrl is right, or raise connectTimeout.");

    private GatewayError Unreachable(HttpRequestException e)
    {
        var reason = e switch
        {
            { InnerException: AuthenticationException } or { HttpRequestError: HttpRequestError.SecureConnectionError } => "its TLS certificate or handshake was not accepted",
            { HttpRequestError: HttpRequestError.NameResolutionError } => "its host name could not be resolved",
            { InnerException: SocketException { SocketErrorCode: SocketError.ConnectionRefused } } => "it refused the connection",
            { HttpRequestError: HttpRequestError.ResponseEnded } => "it closed the connection before it had answered",
            { HttpRequestError: HttpRequestError.InvalidResponse } => "it answered something that is not HTTP",
            _ => "the connection failed",
        };
        var kind = e.HttpRequestError is HttpRequestError.InvalidResponse ? ErrorKind.UpstreamInvalid : ErrorKind.UpstreamUnavailable;
        return new GatewayError(kind, $"{Name} could not be reached at {_config.BaseUrl}: {reason}. Check that it runs and that its baseUrl is right.");
    }

    private static string ContentTypeOf(HttpResponseMessage response) =>
        response.Content.Headers.NonValidated.TryGetValues("Content-Type", out var type) ? type.ToString() : "";
}
