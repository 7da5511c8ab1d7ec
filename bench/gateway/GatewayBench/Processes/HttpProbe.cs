using System.Text;

namespace Signalbox.Bench.Gateway.Processes;

/// <summary>Asks one request at a time: whether a proxy is up, and whether its answers are right before their speed counts.</summary>
internal sealed class HttpProbe : IDisposable
{
    private static readonly TimeSpan ReadyLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });

    /// <summary>Why the last try of <see cref="FirstAnswerAsync"/> was not an answer.</summary>
    public string LastFailure { get; private set; } = "";

    /// <summary>Asks until there is an answer; null when the process has ended or the limit is reached.</summary>
    public async Task<string?> FirstAnswerAsync(Call call, ChildProcess process, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(ReadyLimit);
        while (!limit.IsCancellationRequested && !process.HasExited)
        {
            try
            {
                return await AskAsync(call, limit.Token);
            }
            catch (HttpRequestException failure)
            {
                LastFailure = failure.Message;
                await Task.Delay(Pause, CancellationToken.None);
            }
        }
        return null;
    }

    /// <summary>The whole body; throws HttpRequestException where there is no connection or the status is not 200.</summary>
    public async Task<string> AskAsync(Call call, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"http://127.0.0.1:{call.Port}{call.Path}")
        {
            Content = new StringContent(call.Body, Encoding.UTF8, "application/json"),
        };
        foreach (var (name, value) in Call.Headers)
        {
            if (name != "content-type")
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }
        using var answer = await _client.SendAsync(request, cancellationToken);
        var body = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode ? body : throw new HttpRequestException($"POST {call.Path} answered {(int)answer.StatusCode}: {body}");
    }

    public async Task<string> GetAsync(int port, string path, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{port}{path}");
        using var answer = await _client.SendAsync(request, cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }

    public void Dispose() => _client.Dispose();
}
