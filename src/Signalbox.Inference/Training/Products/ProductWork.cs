using System.Runtime.InteropServices;

namespace Signalbox.Inference.Training.Products;

/// <summary>
/// One product, as the threads of the pool share it. The side with fewer lanes is packed whole by all of them; of the other each claims chunks, packs
/// them block by block of the depth into memory that stays in its own cache, and multiplies them with all of the shared side.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ProductWork
{
    /// <summary>Steps of the depth in a block: a right panel of so many is 48 KiB, a left one 18 KiB.</summary>
    public const int MostDepth = 384;

    /// <summary>Values of a chunk's block: 384 KiB, which leaves room in a second-level cache of 512 KiB or more.</summary>
    public const int ChunkValues = 256 * MostDepth;

    /// <summary>Chunks of a thread, where there is enough to divide: one that is held up leaves its last to the others.</summary>
    private const int ChunksOfThread = 4;

    public ProductSide Left;

    public ProductSide Right;

    public FloatMatrix Output;

    /// <summary>Whether the output is added to.</summary>
    public bool Add;

    /// <summary>Whether the right side is the shared one.</summary>
    public bool SharesRight;

    /// <summary>Steps of every block of the depth but the last.</summary>
    public int BlockDepth;

    /// <summary>Chunks of the side that is not shared.</summary>
    public int Chunks;

    /// <summary>[block][panel][depth][width] of the shared side.</summary>
    public float* Shared;

    /// <summary>[thread][<see cref="ChunkValues"/>].</summary>
    public float* Own;

    private int _packed;
    private int _multiplied;

    public readonly int Depth => Left.Depth;

    private readonly ProductSide SharedSide => SharesRight ? Right : Left;

    private readonly ProductSide OwnSide => SharesRight ? Left : Right;

    private readonly int Blocks => (Depth + BlockDepth - 1) / BlockDepth;

    /// <summary>Values that <see cref="Shared"/> must have room for.</summary>
    public readonly long SharedValues => (long)SharedSide.Panels * SharedSide.Width * Depth;

    /// <summary>Chooses the shared side, the blocks and the chunks. The depth is at least 1.</summary>
    public void Plan(int threads)
    {
        SharesRight = Right.Lanes <= Left.Lanes;
        int blocks = (Depth + MostDepth - 1) / MostDepth;
        BlockDepth = ((Depth + blocks - 1) / blocks + 3) & ~3;
        int panels = OwnSide.Panels;
        int most = ChunkValues / (BlockDepth * OwnSide.Width);
        int rounds = Math.Max(threads == 1 ? 1 : ChunksOfThread, (panels + threads * most - 1) / (threads * most));
        Chunks = Math.Max(Math.Min(panels, threads * rounds), (panels + most - 1) / most);
    }

    public static void PackShared(void* state, int thread, int threads)
    {
        ProductWork* work = (ProductWork*)state;
        ProductSide side = work->SharedSide;
        int units = side.Panels * work->Blocks;
        for (int unit; (unit = Interlocked.Increment(ref work->_packed) - 1) < units;)
        {
            int first = unit / side.Panels * work->BlockDepth;
            int panel = unit % side.Panels;
            int depth = Math.Min(work->BlockDepth, work->Depth - first);
            side.Pack(panel, first, depth, work->SharedPanel(panel, first, depth));
        }
    }

    public static void MultiplyChunks(void* state, int thread, int threads)
    {
        ProductWork* work = (ProductWork*)state;
        int panels = work->OwnSide.Panels;
        for (int chunk; (chunk = Interlocked.Increment(ref work->_multiplied) - 1) < work->Chunks;)
        {
            int first = (int)((long)chunk * panels / work->Chunks);
            int end = (int)((chunk + 1L) * panels / work->Chunks);
            for (int block = 0; block < work->Depth; block += work->BlockDepth)
            {
                work->MultiplyBlock(first, end, block, work->Own + (nint)thread * ChunkValues);
            }
        }
    }

    private readonly float* SharedPanel(int panel, int firstDepth, int depth) =>
        Shared + ((nint)firstDepth * SharedSide.Panels + (nint)panel * depth) * SharedSide.Width;

    private readonly void MultiplyBlock(int firstPanel, int endPanel, int firstDepth, float* packed)
    {
        int depth = Math.Min(BlockDepth, Depth - firstDepth);
        ProductSide own = OwnSide;
        nint panelValues = (nint)depth * own.Width;
        for (int panel = firstPanel; panel < endPanel; panel++)
        {
            own.Pack(panel, firstDepth, depth, packed + (panel - firstPanel) * panelValues);
        }

        bool add = Add || firstDepth > 0;
        int sharedPanels = SharedSide.Panels;
        for (int shared = 0; shared < sharedPanels; shared++)
        {
            float* sharedPanel = SharedPanel(shared, firstDepth, depth);
            for (int panel = firstPanel; panel < endPanel; panel++)
            {
                float* ownPanel = packed + (panel - firstPanel) * panelValues;
                if (SharesRight)
                {
                    MultiplyTile(ownPanel, panel, sharedPanel, shared, depth, add);
                }
                else
                {
                    MultiplyTile(sharedPanel, shared, ownPanel, panel, depth, add);
                }
            }
        }
    }

    private readonly void MultiplyTile(float* left, int leftPanel, float* right, int rightPanel, int depth, bool add)
    {
        float* output = Output.Data + (nint)leftPanel * Left.Width * Output.Stride + (nint)rightPanel * Right.Width;
        ProductTile.Multiply(left, right, depth, output, Output.Stride, Left.LanesOf(leftPanel), Right.LanesOf(rightPanel), add);
    }
}
