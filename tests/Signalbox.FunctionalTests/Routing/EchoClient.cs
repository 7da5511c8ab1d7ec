using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Signalbox.FunctionalTests.Routing;

/// <summary>A client in this process that keeps what it is asked. Its streams have no finish reason, as some clients' have none.</summary>
internal sealed class EchoClient(Func<string, AIContent[]> answer) : IChatClient
{
    public ConcurrentQueue<string> Asked { get; } = new();

    public IList<ChatMessage>? Last { get; private set; }

    public ChatOptions? Options { get; private set; }

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        Task.FromResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, [.. Take(messages, options)])) { FinishReason = ChatFinishReason.Stop });

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var content in Take(messages, options))
        {
            await Task.Yield();
            yield return new ChatResponseUpdate(ChatRole.Assistant, [content]);
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose()
    {
        // There is nothing to give back.
    }

    private AIContent[] Take(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        (Last, Options) = ([.. messages], options);
        var asked = Last[^1].Text;
        Asked.Enqueue(asked);
        return answer(asked);
    }
}
