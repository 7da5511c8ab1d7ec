using Microsoft.Extensions.AI;

namespace Signalbox.Dialects;

/// <summary>What a content is, in the words of the loss report: image, audio, video, file, or its own protocol's word.</summary>
internal static class ContentKinds
{
    public static string Of(AIContent content) => content switch
    {
        OpaqueContent opaque => opaque.Type,
        DataContent data => Of(data.MediaType),
        UriContent uri => Of(uri.MediaType),
        HostedFileContent { MediaType: { } mediaType } => Of(mediaType),
        HostedFileContent => "file",
        _ => content.GetType().Name,
    };

    private static string Of(string mediaType) => mediaType.Split('/')[0] is var kind and ("image" or "audio" or "video") ? kind : "file";
}
