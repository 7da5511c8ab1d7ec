namespace Signalbox.Inference.Kernels.Blocked;

/// <summary>Tiles of outputs: [token][row] with a stride between tokens.</summary>
internal static unsafe class BlockedOutput
{
    public static void Clear(float* output, nint stride, int tokens)
    {
        for (int token = 0; token < tokens; token++)
        {
            new Span<float>(output + token * stride, BlockedProduct.PanelRows).Clear();
        }
    }

    public static void Copy(float* from, nint fromStride, float* to, nint toStride, int tokens, int rows)
    {
        for (int token = 0; token < tokens; token++)
        {
            new Span<float>(from + token * fromStride, rows).CopyTo(new Span<float>(to + token * toStride, rows));
        }
    }
}
