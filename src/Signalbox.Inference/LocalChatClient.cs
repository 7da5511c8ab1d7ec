using Microsoft.Extensions.AI;
using Signalbox.Inference.Sessions;

namespace Signalbox.Inference;

/// <summary>A model in this process behind the vocabulary of Microsoft.Extensions.AI.</summary>
internal sealed class LocalChatClient(InferenceEngine engine, string modelId) : IChatClient
{
    public InferenceEngine Engine => engine;

    public string ModelId => modelId;

    public Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) => throw new NotImplementedException();

    public object? GetService(Type serviceType, object? serviceKey = null) => throw new NotImplementedException();

    public void Dispose()
    {
    }
}
